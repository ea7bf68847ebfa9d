"""Fit and evaluate the weights of the polarity features in `inkdigits.pictures.ink.polarity`.

Pictures are drawn from the last 10,000 training images of MNIST and the other symbol sources of the detector's
training, each cropped to one digit, half of them with light ink. One half is for fitting a logistic regression, the
other half for its evaluation.

Usage: python -m benchmarks.settings.polarity [--n 4000]
"""

from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import load_mnist
from inkdigits.files.storage import write_json
from inkdigits.pictures.ink import polarity as light
from inkdigits.training.scenes.sources import load_symbol_sources
from inkdigits.training.scenes.windows import SHAPES, draw_window

RESULTS = RESULTS_FOLDER / "polarity.json"
NAMES = ("balance", "thin structures", "thinner structures", "border", "ring inside the border", "plain vote")
"""The features, in the order of `inkdigits.pictures.ink.polarity.compute_polarity_features`."""


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of ``n`` pictures, ``float64`` (n, 6), and whether their ink is light, ``bool`` (n,)."""
    stock, rng = load_symbol_sources(load_mnist().train.held_out(10_000)[1]), np.random.default_rng(seed)
    votes: list[np.ndarray] = []
    are_light: list[bool] = []
    while len(votes) < n:
        window = draw_window(SHAPES[len(votes) % len(SHAPES)], stock, rng)
        digits = [each.box for each in window.symbols if 0 <= each.symbol < 10]
        if not digits:
            continue
        x, y, width, height = digits[rng.integers(len(digits))]
        margin = rng.uniform(0.05, 0.8, 4) * height
        left, top = max(0, round(x - margin[0])), max(0, round(y - margin[1]))
        cut = window.image[top : round(y + height + margin[2]), left : round(x + width + margin[3])]
        if min(cut.shape) < 12:
            continue
        size = float(rng.uniform(1.0, 5.0))
        grey = np.asarray(cv2.resize(cut, None, fx=size, fy=size, interpolation=cv2.INTER_LINEAR), np.float32)
        is_light = bool(rng.random() < 0.5)
        vote = light.compute_polarity_features(255 - grey if is_light != window.negative else grey)
        if vote is not None:
            votes.append(vote)
            are_light.append(is_light)
    return np.array(votes), np.array(are_light)


def main() -> None:
    """Fit the weights on some pictures, and compare them with those in the code on others."""
    parser = make_parser(__doc__)
    parser.add_argument("--n", type=int, default=4000, help="pictures to fit, and as many to measure")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args()
    n = options.n
    votes, are_light = drawn(n, seed=1)
    # The problem is symmetric in light and dark ink, so there is no intercept.
    fitted = LogisticRegression(fit_intercept=False, C=1.0).fit(votes, are_light).coef_[0]
    weights = [round(float(weight), 1) for weight in fitted]
    votes, are_light = drawn(n, seed=2)
    result = {
        "n": n,
        "weights": dict(zip(NAMES, weights, strict=True)),
        "right": float((((votes @ weights) > 0) == are_light).mean()),
        "right_as_shipped": float((((votes @ np.array(light.POLARITY_WEIGHTS)) > 0) == are_light).mean()),
    }
    write_json(options.out, result)
    print(result)


if __name__ == "__main__":
    main()
