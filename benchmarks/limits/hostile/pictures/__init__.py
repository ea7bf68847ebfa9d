"""Hostile pictures of every format, each with its expected outcome.

The name of a picture begins with its outcome: ``read-``, whatever is read, or ``refused-``, with an error of one line.
One picture, `documents.make_endless_file`, is bounded by the limits of the worker pool only.
"""

from collections.abc import Iterator

from benchmarks.limits.hostile.pictures import contents, documents, heic, other_formats, png, raster, tiff

_FORMATS = (png, raster, tiff, heic, documents, other_formats)


def make_pictures(with_pages: bool = True) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each picture; those that need a missing package are left out.

    Parameters
    ----------
    with_pages
        Whether to include the valid pages that are expensive to read, a minute in all.
    """
    for group in (*_FORMATS, contents) if with_pages else _FORMATS:
        yield from group.make_files()
