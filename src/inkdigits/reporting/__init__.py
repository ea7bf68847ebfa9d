"""The report of a run: HTML, PDF and plots."""

from inkdigits.reporting.report import write_report

__all__ = ["write_report"]
