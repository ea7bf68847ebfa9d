"""Output formats of readings and evaluations."""
