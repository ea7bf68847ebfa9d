"""The limitations."""

from inkdigits.reporting.document import (
    Bullets,
    Section,
    prose,
    strong,
)
from inkdigits.reporting.formatting import percent
from inkdigits.reporting.run import Run


def build_section(run: Run) -> Section:
    """Return the section on limitations."""
    name = run.test_name
    points = [
        (
            "One run.",
            "Another random seed gives other weights and another accuracy. The confidence interval covers the sampling "
            "of the test images, not the randomness of training; a fair comparison needs several runs.",
        ),
        (
            f"{name} only.",
            "The test images come from the same source as the training images: the same kind of paper, "
            "scanner and preprocessing. On photographs, with other pens or with other writing styles the "
            "accuracy is probably lower. This report does not measure it.",
        ),
        (
            "Single, centred digits.",
            "Detection of digits in a picture, separation of ink and background, and segmentation of numbers are "
            "done before this network, and add errors of their own.",
        ),
        _non_digits(run),
    ]
    without = run.evaluation.without_label_errors
    if without:
        ceiling = percent(without.n / run.evaluation.n)
        points.append(
            (
                "Imperfect labels.",
                f"Some labels of the test set are wrong, so above {ceiling} a higher accuracy does not "
                "necessarily mean a better network.",
            )
        )
    evaluated_once = (
        "The test set was evaluated once, after the last epoch.",
        "The accuracy is unbiased only as long as the recipe is not tuned on the test set.",
    )
    items = tuple(prose("{} {}", strong(head), body) for head, body in (*points, evaluated_once))
    return Section("limitations", "Limitations", (Bullets(items),))


def _non_digits(run: Run) -> tuple[str, str]:
    """Return the limitation on images that are not digits, which depends on the outputs of the network."""
    if run.has_is_digit:
        return (
            "Non-digits are rejected by a threshold.",
            "Besides the ten probabilities the network has the output is_digit, the probability that the image is a "
            "digit at all. It was trained on synthetic non-digits, so other kinds of letters or marks may be "
            "accepted as digits. All test images are digits; this report does not measure the rejection of non-digits.",
        )
    return (
        "Non-digits are not rejected.",
        "The ten probabilities sum to 1 for any image, so a letter or a smudge is also classified as a digit, "
        "sometimes with high confidence.",
    )
