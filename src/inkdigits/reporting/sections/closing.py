"""The last sections of the report: limitations, reproducibility, and references."""

from inkdigits.reporting.document import (
    Block,
    Bullets,
    Listing,
    Paragraph,
    Section,
    Source,
    Sources,
    Span,
    TableBlock,
    cite,
    code,
    emphasis,
    prose,
    strong,
    table,
)
from inkdigits.reporting.run import Run
from inkdigits.reporting.words import percent


def limitations(run: Run) -> Section:
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


def reproduce(run: Run) -> Section:
    """Return the section on how to reproduce the run."""
    versions = run.environment.versions
    command = run.config.command
    same = prose(
        " The same recipe, seed, versions ({}) and machine give identical weights. On another machine rounding "
        "differs, so the last decimal places differ.",
        table("versions"),
    )
    origin: tuple[Block, ...]
    if command:
        origin = (
            Paragraph(prose("The run was started with the command below.") + same),
            Listing(str(command)),
        )
    else:
        started = prose(
            "The run was started from Python, with the recipe, the seed and the data in {}.",
            code("config.json"),
        )
        origin = (Paragraph(started + same),)
    check = prose(
        "The run directory contains all data of this report: {}, {}, {}, {} and {}; {} lists the "
        "SHA-256 of each file.",
        *(
            code(name)
            for name in (
                "config.json",
                "environment.json",
                "history.csv",
                "evaluation.json",
                "arrays.npz",
                "manifest.json",
            )
        ),
    )
    platform = run.environment.machine.platform
    rows = [*versions.items(), *([("platform", platform)] if platform else [])]
    return Section(
        "reproduce",
        "How to reproduce",
        (
            *origin,
            TableBlock(
                "versions",
                prose("Software versions of this run."),
                ("software", "version"),
                ("left", "left"),
                tuple((prose("{}", name), prose("{}", code(version))) for name, version in rows),
            ),
            Paragraph(check),
        ),
    )


def acknowledgements(run: Run) -> Section:
    """Return the acknowledgements and the list of references."""
    thanks = prose(
        "The project follows the course project “Handwritten Digit Recognition (CNN & MNIST)” {}, whose "
        "network is that of F. Chollet’s example “Simple MNIST convnet” {}.{} Confidence intervals are those of E. B. "
        "Wilson {}; the calibration error is that of Guo et al. {}.",
        cite("course"),
        cite("chollet"),
        Span(" The data set MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges.") if run.is_mnist else "",
        cite("wilson"),
        cite("guo"),
    )
    return Section("credits", "Credits and references", (Paragraph(thanks), Sources(_SOURCES)))


def _doi(identifier: str) -> Span:
    return Span(f"doi:{identifier}", "link", f"https://doi.org/{identifier}")


def _arxiv(identifier: str) -> Span:
    return Span(f"arXiv:{identifier}", "link", f"https://arxiv.org/abs/{identifier}")


_SOURCES = (
    Source(
        "mnist",
        prose(
            "Y. LeCun, C. Cortes and C. J. C. Burges. {} 1998.",
            emphasis("The MNIST database of handwritten digits."),
        ),
    ),
    Source(
        "lecun",
        prose(
            "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner. Gradient-based learning applied to document "
            "recognition. {} 86(11), 2278–2324, 1998. {}.",
            emphasis("Proceedings of the IEEE"),
            _doi("10.1109/5.726791"),
        ),
    ),
    Source(
        "course",
        prose("{} Course project.", emphasis("Handwritten Digit Recognition (CNN & MNIST).")),
    ),
    Source(
        "chollet",
        prose("F. Chollet. {} Keras code examples, 2015.", emphasis("Simple MNIST convnet.")),
    ),
    Source(
        "wilson",
        prose(
            "E. B. Wilson. Probable inference, the law of succession, and statistical inference. {} "
            "22(158), 209–212, 1927. {}.",
            emphasis("Journal of the American Statistical Association"),
            _doi("10.1080/01621459.1927.10502953"),
        ),
    ),
    Source(
        "guo",
        prose(
            "C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger. On calibration of modern neural networks. {}, "
            "PMLR 70, 1321–1330, 2017. {}.",
            emphasis("International Conference on Machine Learning"),
            _arxiv("1706.04599"),
        ),
    ),
    Source(
        "northcutt",
        prose(
            "C. G. Northcutt, A. Athalye and J. Mueller. Pervasive label errors in test sets destabilize "
            "machine learning benchmarks. {}, 2021. {}.",
            emphasis("NeurIPS Datasets and Benchmarks"),
            _arxiv("2103.14749"),
        ),
    ),
)
