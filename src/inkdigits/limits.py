"""Limits on files from strangers, and the time and memory within which any file is read or refused.

Each limit has the reason for its figure. `inkdigits.pictures.io.limits` and its neighbours check the size of pictures,
`inkdigits.recognition.model_files` models, and `inkdigits.data` data sets.
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

# Data sets, rosters and settings

MAX_ARRAY_BYTES = 2 * 2**30
"""Decompressed size of the images of the largest ``.npz`` file, in bytes: 2.7 million images of 28 x 28 pixels, three
times EMNIST (814,255)."""

MAX_ARCHIVE_MEMBERS = 10_000
"""Number of members of the largest archive: NumPy writes one per array, a checkpoint of `accurate` has 120."""

MAX_ARCHIVE_DIRECTORY_BYTES = 2 * 2**20
"""Size of the central directory of the largest archive, in bytes: 10,000 members of usual names have 0.7 MB."""

MAX_TEXT_BYTES = 64 * 2**20
"""Size of the largest CSV file or roster, in bytes: a roster of three million numbers with check digits has 48 MB."""

MAX_TEXT_LINES = 3_000_000
"""Number of lines of the largest CSV file or roster: each entry of a roster needs about 200 bytes of memory."""

MAX_LINE_CHARACTERS = 100_000
"""Length of the longest line, in characters: the label of a page of 2,000 numbers has 20,000."""

MAX_JSON_BYTES = 64 * 2**20
"""Size of the largest JSON file, in bytes: the evaluation of a million images has 40 MB."""

MAX_JSON_DEPTH = 100
"""Depth of the most deeply nested JSON; the deepest that inkdigits writes has 7. Python's parser fails at 1,000 or
more, depending on the stack."""


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
