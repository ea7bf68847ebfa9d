"""Constants that several packages share: the choices of options, and the supported picture files."""

LAYOUTS = ("auto", "digit", "line", "boxes", "page")
"""Layouts of a picture; ``auto`` detects the layout."""

INKS = ("auto", "any", "handwritten", "printed")
"""Which digits to read: any, handwritten ones only, or printed ones only; ``auto`` is any, except for the print of a
page that somebody has filled in by hand."""

ENGINES = ("auto", "onnxruntime", "openvino")
"""Inference engines; ``auto`` is ONNX Runtime, except for very large batches of images."""

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif"}
)
"""File name suffixes of the supported picture formats."""

PDF_BEGINNING = b"%PDF-"
"""The first bytes of a PDF."""

TIFF_BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""The first bytes of a TIFF, and of a BigTIFF."""
