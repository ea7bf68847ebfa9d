"""The option ``--data`` of the commands that train and evaluate."""

from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.commands.console.progress import show_progress
from inkdigits.errors import DataError

if TYPE_CHECKING:
    from inkdigits.data.labelled import LabelledImages

TEST_SHARE = 0.2
"""Share of a user's own images that is split off as the test set."""


def load_training_and_test_images(source: str, held_out: bool) -> "tuple[LabelledImages, LabelledImages]":
    """Load the training set and the test set.

    Parameters
    ----------
    source
        ``"mnist"``, or a user's own FILE.npz, FILE.csv or folder. A random fifth of a user's own images is the test
        set.
    held_out
        Split the last sixth of the training images off and return it as the test set. The real test images then
        stay unseen while settings are chosen.
    """
    from inkdigits.data import load_labelled, load_mnist

    with show_progress() as progress:
        if source == "mnist":
            mnist = load_mnist(progress=progress)
            train, test = mnist.train, mnist.test
        else:
            from inkdigits.recognition.normalise_dataset import as_digit_images

            own = as_digit_images(load_labelled(check_source(source)), progress=progress)
            train, test = own.split(TEST_SHARE)
    return train.held_out(len(train) // 6) if held_out else (train, test)


def check_source(source: str) -> Path:
    """Return the path of a user's own data set, after a check that it exists.

    Raises
    ------
    DataError
        If the path does not exist.
    """
    path = Path(source)
    if not path.exists():
        raise DataError(f"{source} does not exist; give mnist, FILE.npz, FILE.csv or a folder")
    return path
