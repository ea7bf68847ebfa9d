"""CSV files of labelled pictures."""

from fuzz.targets.files import write_input
from fuzz.targets.target import Target
from inkdigits.data.images import LabelledPictures
from inkdigits.data.labelled import load_labelled
from inkdigits.errors import DataError


def run(data: bytes) -> None:
    """Load the labels of pictures; the files ``a.png`` and ``b.png`` exist."""
    path = write_input("labels.csv", data)
    for name in ("a.png", "b.png"):
        write_input(name, b"")
    loaded = load_labelled(path)
    assert isinstance(loaded, LabelledPictures)
    assert len(loaded.paths) == len(loaded.labels) > 0
    assert all(label.isascii() and label.isdigit() for label in loaded.labels)
    assert all(each.is_file() for each in loaded.paths)
    assert len(loaded.pages) in (0, len(loaded))
    for label, page in zip(loaded.labels, loaded.pages, strict=False):
        assert page is None or "".join(map("".join, page)) == label


def make_seeds() -> list[bytes]:
    """Make files with quotes, a byte order mark, other columns and a page."""
    return [
        b"file,label\na.png,7\nb.png,42\n",
        b"\xef\xbb\xbffile,label\r\na.png,7\r\n",
        b'label,file,note\n7,"a.png","x,\ny"\n',
        b"file,label,layout\na.png,12 34|5,page\nb.png,9,\n",
    ]


TARGET = Target(
    run,
    make_seeds,
    refusals=(DataError,),
    tokens=(
        b"file",
        b"label",
        b"layout",
        b"page",
        b"a.png",
        b"|",
        b'"',
        b"\n",
        b"\r",
        b"\0",
        b"..",
        "٣²".encode(),
    ),
)
