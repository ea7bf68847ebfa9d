"""Acknowledgements and references."""

from inkdigits.reporting.document import (
    Paragraph,
    Section,
    Source,
    Sources,
    Span,
    cite,
    emphasis,
    prose,
)
from inkdigits.reporting.run import Run


def build_section(run: Run) -> Section:
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
