"""The data: source, splits, examples and class balance."""

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
from inkdigits.reporting.formatting import count, listed, percent
from inkdigits.reporting.run import Run

_MNIST = (
    "MNIST {} contains 70,000 handwritten digits: 60,000 for training and 10,000 for testing, written by "
    "employees of the United States Census Bureau and by high-school students. The writers of the two parts are "
    "different. Each digit was scaled to 20 × 20 pixels with its aspect ratio preserved, and centred by its "
    "centre of mass in an image of {} × {} pixels {}. Pixels are integers from 0 (background) to 255 (ink)."
)
_OWN = (
    "The network was trained on “{}”, a user’s own labelled images. "
    "Each image was normalised like MNIST: {} × {} pixels, "
    "from 0 (background) to 255 (ink)."
)


def build_section(run: Run) -> Section:
    """Return the section."""
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
                prose("Training images of each digit, shown with dark ink on white."),
                "A grid of handwritten digits, one column for each digit from 0 to 9.",
            ),
        ]
    blocks += [Paragraph(_balance(run)), _balance_figure()]
    return Section("data", "Data", tuple(blocks))


def _use(run: Run) -> Prose:
    words = prose("{} lists the splits. ", table("splits"))
    if run.config.data.n_validation:
        words += prose(
            "The validation images were not used to fit the weights; they monitor the training on unseen images. "
        )
    else:
        words += prose("No images were held out for validation: all training images were used for fitting. ")
    return words + prose(
        "The test images were evaluated once, after the last epoch. They were not used to choose weights, epochs or "
        "settings in this run."
    )


def _splits(run: Run) -> TableBlock:
    data = run.config.data
    name, test_name = data.name, data.test_name or data.name
    rows = [("training", name, data.n_train, "fitting the weights")]
    if data.n_validation:
        rows.append(("validation", name, data.n_validation, "monitoring the training"))
    rows.append(("test", test_name, data.n_test, "the metrics in this report"))
    return TableBlock(
        "splits",
        prose("The splits of the data."),
        ("part", "data set", "images", "used for"),
        ("left", "left", "right", "left"),
        tuple(
            (prose(part), prose("{}", source), prose(f"{n:,}"), prose(use)) for part, source, n, use in rows
        ),
    )


def _examples(run: Run) -> Prose:
    words = prose("{} shows examples of the training images.", figure("examples"))
    data = run.config.data
    words += prose(" The SHA-256 of the data is {}", code(data.sha256))
    if data.test_sha256:
        words += prose(" (training) and {} (test)", code(data.test_sha256))
    return words + prose(".")


def _balance(run: Run) -> Prose:
    counts = run.arrays.train_counts
    most, least = int(counts.max()), int(counts.min())
    absent = [str(digit) for digit in range(len(counts)) if counts[digit] == 0]
    if absent:
        return prose(
            "There are no training images of {}, so the network cannot recognise it ({}).",
            listed(absent),
            figure("class_balance"),
        )
    sentence = prose(
        "The least frequent digit is {} with {}; the most frequent digit is {} with {}, {} of all ({}). ",
        int(counts.argmin()),
        count(least, "image"),
        int(counts.argmax()),
        count(most, "image"),
        percent(most / counts.sum(), 1),
        figure("class_balance"),
    )
    if most <= 1.5 * least:
        return sentence + prose(
            "The classes are nearly balanced, so accuracy is an appropriate metric and no class weights are needed."
        )
    return sentence + prose(
        "The classes are imbalanced, so the accuracy is dominated by the frequent ones: compare the macro average."
    )


def _balance_figure() -> FigureBlock:
    return FigureBlock(
        "class_balance",
        prose("Training images of each digit; the dashed line is their mean."),
        "Bar chart of the number of training images of each digit.",
    )
