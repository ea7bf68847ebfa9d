"""How a synthetic picture is written and captured: papers, pens, cameras, scanners."""
