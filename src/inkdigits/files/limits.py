"""Limits on files from strangers, and the time and memory within which any file is read or refused.

Each limit has the reason for its figure. `inkdigits.pictures.io.picture_size` and its neighbours check the size of
pictures, `inkdigits.recognition.model_files` models, and `inkdigits.data` data sets.
"""

from dataclasses import dataclass

# Pictures

MAX_PICTURE_BYTES = 64 * 2**20
"""Size of the largest picture file that is decoded, in bytes: a photo of 50 megapixels has 25 MB as JPEG."""

MAX_PICTURE_PIXELS = 150_000_000
"""Number of pixels of the largest picture that is decoded: an A3 page at 800 dots per inch has 120 million."""

# Models

MAX_MODEL_BYTES = 32 * 2**20
"""Size of the largest model file, in bytes: eight times that of the shipped detector."""

MAX_MODEL_FIELDS = 200_000
"""Number of protobuf fields in the largest model, a node has about eight: reading so many takes half a second."""

MAX_MODEL_NODES = 2_000
"""Number of nodes of the largest graph: fifteen times that of the shipped detector, or an ensemble of 76 models."""

MAX_MODEL_TENSORS = 2_000
"""Number of initialisers of the largest graph: fifty times that of the shipped detector."""

MAX_TENSOR_RANK = 8
"""Number of axes of the largest tensor in a model file; pictures in batches have four."""

MAX_CONSTANT_ELEMENTS = 2**24
"""Number of elements in the results of all nodes that depend on constants only: ONNX Runtime computes those when a
model is loaded, 128 MB at eight bytes each. Without this limit a file of 200 bytes can ask for terabytes."""

MAX_CARD_BYTES = 256 * 2**10
"""Size of the largest metadata of a model, in bytes; the cards of the shipped models have 1 kB."""

# Data sets, rosters, run files

MAX_ARRAY_BYTES = 2 * 2**30
"""Size of all arrays of the largest ``.npz`` file, decompressed, in bytes: 2.7 million images of 28 x 28 pixels, three
times EMNIST, which has 814,255."""

MAX_IMAGES = 10_000_000
"""Number of labels in the largest ``.npz`` file: their array has 80 MB."""

MAX_ARCHIVE_DIRECTORY_BYTES = 2**20
"""Size of the directory of the largest ``.npz`` file, in bytes. NumPy writes one entry of about 60 bytes per array, and
the checkpoint of a network has some hundred arrays; an entry needs 1 kB of memory."""

MAX_TEXT_BYTES = 32 * 2**20
"""Size of the largest CSV file or roster, in bytes: a million lines of 32 characters."""

MAX_TEXT_LINES = 1_000_000
"""Number of lines of the largest CSV file or roster."""

MAX_LINE_CHARACTERS = 100_000
"""Length of the longest line, in characters: the label of a page of 2,000 numbers has 20,000."""

MAX_ROSTER_COLUMNS = 100
"""Number of columns of a roster in CSV among which the one with the numbers is searched for."""

MAX_ROSTER_DIGITS = 100
"""Number of digits of the longest number in a roster; the longest account number (IBAN) has 34 characters."""

MAX_JSON_BYTES = 16 * 2**20
"""Size of the largest JSON file, in bytes: the result files of a run have 0.1 MB. Parsing needs up to 30 times as much
memory."""

MAX_JSON_DEPTH = 50
"""Depth of the most deeply nested JSON; what inkdigits writes has 7 levels at most. Python's parser fails at about
1,000, depending on the stack."""


@dataclass(frozen=True)
class Bound:
    """The time and memory that reading or refusing one file takes at most.

    Attributes
    ----------
    seconds
        Processor time on one core of 2020 or later, in seconds.
    megabytes
        Peak memory of a process that reads only this file, in MB, including Python and the models.
    """

    seconds: float
    megabytes: int


HOSTILE_PICTURE = Bound(seconds=10.0, megabytes=1_500)
"""A damaged or hostile picture with the layout ``digit``, PDF excepted: PDFium has no limit on the work of a page, so
that only the worker pool bounds it."""

PAGE = Bound(seconds=15.0, megabytes=1_500)
"""A valid page of any content, up to 4 million pixels, with the layout ``auto``: specks, strokes and noise need 1
to 7 s."""

MODEL = Bound(seconds=2.0, megabytes=500)
"""The check of any model file, without loading it."""

DATA_SET = Bound(seconds=30.0, megabytes=5_000)
"""Any CSV file, ``.npz`` file or roster, without decoding the pictures of a CSV file."""
