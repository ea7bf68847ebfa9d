"""Decoding of pictures: file formats, PDF pages, HEIC photos, arrays, size limits."""
