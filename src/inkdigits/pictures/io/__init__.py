"""Decode picture files: formats, PDF pages, HEIC, size limits."""
