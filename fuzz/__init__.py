"""Fuzzing of everything that reads files from strangers; ``python -m fuzz`` at the root of the repository."""
