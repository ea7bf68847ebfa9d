"""Output formats of readings."""
