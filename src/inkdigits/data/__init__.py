"""Data sets: MNIST, verified by SHA-256, and a user's own labelled images."""

from inkdigits.data.labelled import LabelledImages, LabelledPictures, load_labelled
from inkdigits.data.mnist import KNOWN_LABEL_ERRORS, Mnist, load_mnist
from inkdigits.data.progress import Progress
from inkdigits.data.status import MnistStatus, mnist_status

__all__ = [
    "KNOWN_LABEL_ERRORS",
    "LabelledImages",
    "LabelledPictures",
    "Mnist",
    "MnistStatus",
    "Progress",
    "load_labelled",
    "load_mnist",
    "mnist_status",
]
