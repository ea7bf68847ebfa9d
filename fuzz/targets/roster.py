"""Rosters: text and CSV files of valid numbers, and the matching of a reading with them."""

import numpy as np

from fuzz.targets.files import write_input
from fuzz.targets.target import Target
from inkdigits.errors import DataError
from inkdigits.recognition.numbers.lexicon import Roster

_SEGMENTATIONS = [
    (0.0, np.full((3, 10), 0.1)),
    (-1.0, np.eye(10)[[1, 2, 3, 4]]),
    (-800.0, np.full((7, 10), 0.1)),
]


def run(data: bytes) -> None:
    """Load a roster, a CSV file if the first byte is ``c``, and match numbers with it."""
    name = "roster.csv" if data[:1] == b"c" else "roster.txt"
    roster = Roster.load(write_input(name, data[1:]))
    assert len(roster) == len(set(roster.entries)) > 0, "entries are repeated or missing"
    assert all(any(each in "0123456789" for each in entry) for entry in roster.entries)
    for segmentations in (_SEGMENTATIONS, _SEGMENTATIONS[:1], []):
        match = roster.match(segmentations)
        assert 0.0 <= match.posterior <= 1.0 + 1e-9, f"the posterior is {match.posterior}"
        assert match.text is None or match.text in roster.entries
        if match.runner_up is not None:
            assert match.runner_up[1] <= match.posterior, "the runner-up is more probable"
            assert match.margin >= 0.0


def make_seeds() -> list[bytes]:
    """Make rosters with comments, headings, separators and a byte order mark."""
    texts = ("123\n4567\n", "# comment\n12.50\n\n1/2 3\n", "\ufeff0\r\n00\r\n", "1" * 30)
    tables = (
        "name,number\nAda,123\nBob,4567\n",
        "number;name\n1,5;Ada\n22;Bob\n",
        '"12","34"\n"5\n6","7"\n',
        "a\tb\n1\t2\n",
    )
    return [b"t" + each.encode() for each in texts] + [b"c" + each.encode() for each in tables]


TARGET = Target(
    run,
    make_seeds,
    refusals=(DataError,),
    tokens=(
        b"\n",
        b"\r",
        b"\0",
        b'"',
        b",",
        b";",
        b"\t",
        b"#",
        b"\xef\xbb\xbf",
        "٣²\u2028".encode(),
        b"0123456789",
    ),
)
