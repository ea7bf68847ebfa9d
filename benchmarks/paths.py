"""Folders that the programs use."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""Root of the repository."""

RESULTS_FOLDER = ROOT / "benchmarks" / "results"
"""Folder of the result files."""
