import numpy as np
import pytest

from inkdigits.evaluation.result import Mistake
from inkdigits.reporting import plots
from inkdigits.reporting.galleries import (
    Tile,
    draw_filters,
    draw_first_predictions,
    draw_gallery,
    draw_mistakes,
    draw_training_examples,
)
from inkdigits.reporting.style import report_style, to_png, to_svg

NOTHING = np.full(1, np.nan)


def history(n_epochs: int, validation: bool, rate: bool) -> dict[str, np.ndarray]:
    falling = 0.5 ** np.arange(1.0, n_epochs + 1)
    empty = np.full(n_epochs, np.nan)
    return {
        "epoch": np.arange(1.0, n_epochs + 1),
        "loss": falling,
        "accuracy": 1 - falling / 5,
        "val_loss": falling * 2 if validation else empty,
        "val_accuracy": 1 - falling / 4 if validation else empty,
        "learning_rate": falling if rate else empty,
    }


@pytest.mark.parametrize("n_epochs", [1, 2, 60])
@pytest.mark.parametrize("validation", [True, False])
@pytest.mark.parametrize("rate", [True, False])
def test_learning_curves_show_what_was_measured(n_epochs: int, validation: bool, rate: bool) -> None:
    past = history(n_epochs, validation, rate)
    with report_style():
        figure = plots.draw_learning_curves(past)
        figure.draw_without_rendering()
    loss, accuracy, *rest = figure.axes
    assert len(rest) == rate
    assert len(loss.lines) == len(accuracy.lines) == 1 + validation
    np.testing.assert_array_equal(loss.lines[0].get_ydata(), past["loss"])
    np.testing.assert_array_equal(accuracy.lines[0].get_ydata(), past["accuracy"])
    labels = [float(label.get_text()) for label in loss.get_xticklabels() if label.get_text()]
    assert labels
    assert all(label.is_integer() for label in labels)


def test_a_loss_of_nought_has_no_logarithm() -> None:
    past = history(3, validation=False, rate=True)
    past["loss"] = np.array([0.5, 0.1, 0.0])
    with report_style():
        figure = plots.draw_learning_curves(past)
        figure.draw_without_rendering()
    assert figure.axes[0].get_yscale() == "linear"


def test_a_single_mistake_stands_out_from_none_and_from_the_right_ones() -> None:
    matrix = np.diag(np.full(10, 1000))
    matrix[4, 9], matrix[3, 5] = 1, 30
    with report_style():
        figure = plots.draw_confusion_matrix(matrix)
        figure.draw_without_rendering()
        right, wrong = figure.axes[0].collections
    colours = wrong.get_facecolors().reshape(10, 10, 4)
    assert colours[0, 1, 3] == 0
    assert colours[4, 9, 3] == 1
    assert np.abs(colours[4, 9, :3] - 1).max() > 0.1
    assert np.abs(colours[4, 9] - colours[3, 5]).max() > 0.3
    assert right.get_facecolors().reshape(10, 10, 4)[0, 0, 2] > 0.9


def test_a_matrix_of_nothing_can_be_drawn() -> None:
    with report_style():
        plots.draw_confusion_matrix(np.zeros((10, 10), np.int64)).draw_without_rendering()


def test_recall_leaves_out_a_digit_that_was_not_tested() -> None:
    recalls = [0.9] * 9 + [np.nan]
    with report_style():
        figure = plots.draw_recall(recalls, [(0.8, 0.95)] * 9 + [(np.nan, np.nan)])
        figure.draw_without_rendering()
    assert [text.get_text() for text in figure.axes[0].texts] == ["90.0%"] * 9


@pytest.mark.parametrize("right", [[True], [False], [True, False, True, True]])
def test_confidence_of_few_readings(right: list[bool]) -> None:
    confidences = np.linspace(0.4, 1.0, len(right)).astype(np.float32)
    with report_style():
        plots.draw_confidences(confidences, np.array(right)).draw_without_rendering()


def test_the_risk_falls_as_doubtful_readings_are_set_aside() -> None:
    confidences = np.linspace(0, 1, 1000).astype(np.float32)
    right = np.ones(1000, bool)
    right[[5, 10, 700]] = False
    with report_style():
        figure = plots.draw_confidences(confidences, right)
    coverages, risks = figure.axes[1].lines[0].get_data()
    by_coverage = dict(zip(np.round(1000 * coverages).astype(int).tolist(), risks.tolist(), strict=True))
    assert by_coverage[1000] == pytest.approx(3 / 1000)
    assert by_coverage[994] == pytest.approx(2 / 994)
    assert by_coverage[850] == pytest.approx(1 / 850)
    assert [text.get_text() for text in figure.axes[1].texts] == ["0.20% at 99%"]


def test_a_gallery_draws_each_image_upright_in_its_place() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[:14] = 255
    with report_style():
        figure = draw_gallery([None, Tile(image, "7", "99%", right=False)], 2, width=2)
        figure.canvas.draw()
        pixels = np.asarray(figure.canvas.buffer_rgba())[:, :, 0].astype(int)
    height, width = pixels.shape
    assert (pixels[:, : width // 2 - 5] == 255).all()
    column = pixels[:, width * 3 // 4]
    ink = np.flatnonzero(column < 60)
    assert ink.max() < height / 2


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_predictions_with_few_or_no_images(kept: int) -> None:
    images = np.zeros((kept, 28, 28), np.uint8)
    labels = np.arange(kept)
    with report_style():
        figure = draw_first_predictions(images, labels, labels % 2, np.ones(kept, np.float32))
        figure.draw_without_rendering()
    assert len(figure.axes[0].images) == kept


def test_known_label_errors_are_marked() -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    mistakes = [Mistake(index=i, label=4, predicted=9, confidence=0.875) for i in (2, 0)]
    with report_style():
        figure = draw_mistakes(images, mistakes, {0: 9})
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["4 → 9", "87.5%", "4 → 9", "87.5% †"]


def test_examples_and_filters_of_any_number() -> None:
    with report_style():
        assert len(draw_training_examples(np.zeros((10, 2, 28, 28), np.uint8)).axes[0].images) == 20
        for shape in ((3, 3, 1), (5, 5, 17), (3, 3, 32)):
            figure = draw_filters(np.zeros(shape, np.float32))
            figure.draw_without_rendering()
            assert len(figure.axes[0].images) == shape[2]


def test_the_same_figure_gives_the_same_bytes_and_touches_no_setting() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    counts = np.arange(10) * 100
    drawn = []
    for _ in range(2):
        with report_style():
            figure = plots.draw_class_balance(counts)
        drawn.append((to_svg(figure), to_png(figure)))
    assert drawn[0] == drawn[1]
    assert dict(mpl.rcParams) == before
