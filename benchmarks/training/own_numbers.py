"""Effect of fine-tuning on a user's own pictures: the detector is fine-tuned on cheque amounts and read on others.

Two thirds of the amounts in the folder INKDIGITS_REAL are used for training, together with the synthetic windows. The
others are read before and after, and after the same training without the amounts. The result is not shipped.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.training.own_numbers RUN [--epochs 3]
"""

import csv
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import LabelledPictures, load_mnist
from inkdigits.files.storage import write_json
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import locate
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.layout.text_lines import find_main_line
from inkdigits.recognition.numbers.sequence import TextLine

RESULTS = RESULTS_FOLDER / "own-numbers.json"
SOURCE = "cheques"


def read(path: Path, detector: Detector) -> str:
    """Return the digits that a detector reads in a picture of one line."""
    found = locate(convert_to_grey(decode(path).pixels), detector, one_size=True)
    line = TextLine.from_detections(found[find_main_line(found)])
    return "".join(map(str, line.digit_probabilities[line.choose_digits(), :10].argmax(axis=1)))


def main() -> None:
    """Train with the amounts and without them, and read the other amounts with both."""
    parser = make_parser(__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="finished run of train-numbers")
    parser.add_argument("--epochs", type=int, default=3, help="by default %(default)s")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    arguments = parser.parse_args()
    folder = find_real_pictures("numbers")
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == SOURCE]
    order = np.random.default_rng(0).permutation(len(rows))
    train_rows = [rows[i] for i in sorted(order[: 2 * len(rows) // 3])]
    test_rows = [rows[i] for i in sorted(order[2 * len(rows) // 3 :])]
    own = LabelledPictures(
        tuple(folder / row["file"] for row in train_rows), tuple(row["label"] for row in train_rows), SOURCE
    )
    from inkdigits.environment import describe_environment
    from inkdigits.training.detector.train import train_detector

    def share_right(model: Path) -> float:
        detector = Detector(model)
        return float(np.mean([read(folder / row["file"], detector) == row["label"] for row in test_rows]))

    right = {"before": share_right(arguments.run / "model.onnx")}
    n_aligned = 0
    mnist = load_mnist()
    with tempfile.TemporaryDirectory() as place:
        for name, pictures in (("with own numbers", own), ("without own numbers", None)):
            trained = train_detector(
                mnist.train,
                mnist.test,
                Path(place) / name,
                epochs=arguments.epochs,
                own=pictures,
                begin=arguments.run,
            )
            n_aligned = n_aligned or trained.n_aligned
            right[name] = share_right(trained.path / "model.onnx")
            print(name, right[name], flush=True)
    result = {
        "epochs": arguments.epochs,
        "n_train": len(train_rows),
        "n_aligned": n_aligned,
        "n_test": len(test_rows),
        "right": right,
        "machine": describe_environment()["machine"],
    }
    write_json(arguments.out, result)
    print(result)


if __name__ == "__main__":
    main()
