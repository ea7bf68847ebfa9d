"""The sections of the report, one a file: each turns a run into blocks of words, tables and figures."""
