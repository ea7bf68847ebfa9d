"""What ``--data`` names, as the commands that train and measure take it."""

from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.commands.console.progress import shown_progress
from inkdigits.errors import DataError

if TYPE_CHECKING:
    from inkdigits.data.labelled import LabelledImages

TEST_SHARE = 0.2
"""Share of a user's own images that training keeps back to test on."""


def training_and_test_images(source: str, held_out: bool) -> "tuple[LabelledImages, LabelledImages]":
    """Load what to train on and what to test on.

    Parameters
    ----------
    source
        ``"mnist"``, or a user's own FILE.npz, FILE.csv or folder; of these, a fifth chosen by chance is the test.
    held_out
        Test on the last sixth of the training images instead, so that the test images stay unseen while
        settings are chosen.
    """
    from inkdigits.data import load_labelled, load_mnist

    with shown_progress() as progress:
        if source == "mnist":
            mnist = load_mnist(progress=progress)
            train, test = mnist.train, mnist.test
        else:
            from inkdigits.recognition.normalise_dataset import as_digit_images

            own = as_digit_images(load_labelled(own_source(source)), progress=progress)
            train, test = own.split(TEST_SHARE)
    return train.held_out(len(train) // 6) if held_out else (train, test)


def own_source(source: str) -> Path:
    """Return the path of a user's own data set.

    Raises
    ------
    DataError
        If there is nothing of that name.
    """
    path = Path(source)
    if not path.exists():
        raise DataError(f"there are no data in {source}: expected mnist, FILE.npz, FILE.csv or a folder")
    return path
