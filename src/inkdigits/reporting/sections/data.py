"""The data: where the images come from, how many there are, and what they look like."""

from inkdigits.contract import SIDE
from inkdigits.reporting.document import (
    Block,
    FigureBlock,
    Paragraph,
    Prose,
    Section,
    TableBlock,
    cite,
    code,
    figure,
    prose,
    table,
)
from inkdigits.reporting.run import Run
from inkdigits.reporting.words import count, listed, percent

_MNIST = (
    "MNIST {} holds 70,000 handwritten digits: 60,000 to train with and 10,000 to test with, written by "
    "employees of the United States Census Bureau and by high-school students, with different writers in "
    "the two parts. Each digit was fitted into 20 × 20 pixels, keeping its proportions, and placed with "
    "its centre of mass in the middle of {} × {} pixels {}. A pixel is a whole number from 0 (paper) to "
    "255 (ink)."
)
_OWN = (
    "The network was trained on “{}”, labelled images of the user’s own rather than a published data set. "
    "Each image was brought into MNIST’s normal form: {} × {} pixels, "
    "from 0 (paper) to 255 (ink)."
)


def section(run: Run) -> Section:
    """Return the account of the data."""
    if run.is_mnist:
        origin = prose(_MNIST, cite("mnist"), SIDE, SIDE, cite("lecun"))
    else:
        origin = prose(_OWN, run.data_name, SIDE, SIDE)
    blocks: list[Block] = [
        Paragraph(origin),
        Paragraph(_use(run)),
        _splits(run),
    ]
    if run.arrays.train_examples.shape[1]:
        blocks += [
            Paragraph(_examples(run)),
            FigureBlock(
                "examples",
                prose("Training images of each digit. Ink is drawn dark on white, as on paper."),
                "A grid of handwritten digits, one column for each digit from 0 to 9.",
            ),
        ]
    blocks += [Paragraph(_balance(run)), _balance_figure()]
    return Section("data", "Data", tuple(blocks))


def _use(run: Run) -> Prose:
    words = prose("{} says how they were used. ", table("splits"))
    if run.config["data"].get("n_validation"):
        words += prose(
            "The validation images took no part in fitting the weights; they show during training how the "
            "network does on images it is not fitted to. "
        )
    else:
        words += prose("No images were held out for validation: every training image went into the fit. ")
    return words + prose(
        "This run looked at the test images once, after the last epoch: none of its weights, epochs or "
        "settings was chosen by them."
    )


def _splits(run: Run) -> TableBlock:
    data = run.config["data"]
    name, test_name = data["name"], data.get("test_name") or data["name"]
    rows = [("training", name, data["n_train"], "fitting the weights")]
    if data.get("n_validation"):
        rows.append(("validation", name, data["n_validation"], "watching the training"))
    rows.append(("test", test_name, data["n_test"], "the figures of this report"))
    return TableBlock(
        "splits",
        prose("The images and their use."),
        ("part", "data set", "images", "used for"),
        ("left", "left", "right", "left"),
        tuple(
            (prose(part), prose("{}", source), prose(f"{n:,}"), prose(use)) for part, source, n, use in rows
        ),
    )


def _examples(run: Run) -> Prose:
    words = prose("{} shows some of the training images.", figure("examples"))
    data = run.config["data"]
    words += prose(" The SHA-256 of the data is {}", code(data["sha256"]))
    if data.get("test_sha256"):
        words += prose(" for training, {} for testing", code(data["test_sha256"]))
    return words + prose(".")


def _balance(run: Run) -> Prose:
    counts = run.arrays.train_counts
    most, least = int(counts.max()), int(counts.min())
    absent = [str(digit) for digit in range(len(counts)) if counts[digit] == 0]
    if absent:
        return prose(
            "There is no training image of {}, so the network cannot learn to read it ({}).",
            listed(absent),
            figure("class_balance"),
        )
    sentence = prose(
        "The rarest digit is the {} with {}, the most frequent the {} with {}, {} of all ({}). ",
        int(counts.argmin()),
        count(least, "image"),
        int(counts.argmax()),
        count(most, "image"),
        percent(most / counts.sum(), 1),
        figure("class_balance"),
    )
    if most <= 1.5 * least:
        return sentence + prose(
            "The classes are near enough to equal that accuracy is a fair measure and no class needs a "
            "weight."
        )
    return sentence + prose(
        "The classes are uneven, so accuracy favours the frequent ones: read it beside the macro average."
    )


def _balance_figure() -> FigureBlock:
    return FigureBlock(
        "class_balance",
        prose("Training images of each digit; the dashed line is their mean."),
        "Bar chart of the number of training images of each digit.",
    )
