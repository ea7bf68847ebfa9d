"""The sections of the report, one per module: each converts a run to text, tables and figures."""
