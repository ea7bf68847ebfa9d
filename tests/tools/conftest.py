"""The tools are not an installed package: their folder is put on the path, as running a script does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
