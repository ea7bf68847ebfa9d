"""What a user can choose among, and the picture files that are read: names that several packages share."""

LAYOUTS = ("auto", "digit", "line", "boxes", "page")
"""How digits can stand in a picture; ``auto`` finds out."""

INKS = ("any", "handwritten", "printed")
"""Which digits are read."""

ENGINES = ("auto", "onnxruntime", "openvino")
"""What computes a model; ``auto`` is ONNX Runtime, except where very many images are scored at once."""

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif"}
)
"""Suffixes of picture files."""

PDF_BEGINNING = b"%PDF-"
"""The first bytes of a PDF."""

TIFF_BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""The first bytes of a TIFF, and of a BigTIFF."""
