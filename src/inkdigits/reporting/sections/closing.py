"""What closes the report: its limits, how to make it again, and whose work it stands on."""

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
    """Return what the figures do not say."""
    name = run.test_name
    points = [
        (
            "One run.",
            "Another random seed gives other weights and another accuracy. The interval covers the chance in "
            "the choice of test images, not the chance in training; a fair comparison needs several runs.",
        ),
        (
            f"{name} only.",
            "The test images come from the same source as the training images: the same kind of paper, "
            "scanner and clean-up. On photographs, on other pens or on writing habits from elsewhere the "
            "accuracy is likely to be lower, and this report does not say by how much.",
        ),
        (
            "Single, centred digits.",
            "Finding digits in a picture, telling ink from paper and cutting numbers apart come before "
            "this network and add mistakes of their own.",
        ),
        (
            "A digit is always the answer.",
            "The ten probabilities sum to 1 whatever the image shows, so a letter or a smudge is read as a "
            "digit too, and sometimes with high confidence.",
        ),
    ]
    without = run.evaluation.get("without_label_errors")
    if without:
        ceiling = percent(without["n"] / run.evaluation["n"])
        points.append(
            (
                "Imperfect labels.",
                f"Some labels of the test set are wrong, so above {ceiling} a higher accuracy need not "
                "mean a better reader.",
            )
        )
    looked = (
        "The test set was looked at once, after the last epoch.",
        "That keeps this figure honest; it stays so only while nobody tunes the recipe by it.",
    )
    items = tuple(prose("{} {}", strong(head), body) for head, body in (*points, looked))
    return Section("limitations", "Limitations", (Bullets(items),))


def reproduce(run: Run) -> Section:
    """Return how to get the same run again."""
    versions = run.environment["versions"]
    command = run.config["command"]
    same = prose(
        " With the same recipe, seed, versions ({}) and machine it gives the same weights; on another "
        "machine rounding differs, and so will the last decimals.",
        table("versions"),
    )
    origin: tuple[Block, ...]
    if command:
        origin = (Paragraph(prose("The run came from the command below.") + same), Listing(str(command)))
    else:
        started = prose(
            "The run was started from Python, with the recipe, the seed and the data that {} holds.",
            code("config.json"),
        )
        origin = (Paragraph(started + same),)
    check = prose(
        "The run directory keeps everything this report was made from: {}, {}, {}, {} and {}; {} lists the "
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
    platform = run.environment["machine"].get("platform")
    rows = [*versions.items(), *([("platform", platform)] if platform else [])]
    return Section(
        "reproduce",
        "How to reproduce",
        (
            *origin,
            TableBlock(
                "versions",
                prose("The software of this run."),
                ("software", "version"),
                ("left", "left"),
                tuple((prose("{}", name), prose("{}", code(version))) for name, version in rows),
            ),
            Paragraph(check),
        ),
    )


def acknowledgements(run: Run) -> Section:
    """Return whose work this stands on, with the list of references."""
    thanks = prose(
        "The project follows the course project “Handwritten Digit Recognition (CNN & MNIST)” {}, whose "
        "network goes back to F. Chollet’s example “Simple MNIST convnet” {}.{} Intervals are E. B. "
        "Wilson’s {}, the calibration error is that of Guo and others {}.",
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
