"""What people read: the report of a run as HTML and PDF, its figures, and the card of a model."""

from inkdigits.reporting.report import write_report

__all__ = ["write_report"]
