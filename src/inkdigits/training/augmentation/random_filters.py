"""Random convolution: new surfaces on unchanged shapes."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE
from inkdigits.training.augmentation.degradation import scale_to_full_ink
from inkdigits.training.augmentation.operation import choose_indices

_SIZES = (3, 5)


@dataclass(frozen=True)
class RandomConvolution:
    """Convolves images with small filters of random weights, each result mixed with the image itself.

    A filter blurs a stroke, sharpens its edges, or adds a shadow, differently each time: only the shape stays. The
    image's weight in the mixture is at least 1 - ``mixed``. Background stays background; the sign of a result is
    dropped, since ink has none. Changed images are scaled to full ink.

    Attributes
    ----------
    share
        Share of the images that are convolved.
    mixed
        Largest weight of the convolved image in the mixture, in [0, 1].

    References
    ----------
    Z. Xu et al., "Robust and generalizable visual representation learning via random convolutions", ICLR 2021,
    arXiv:2007.13003.
    """

    image_side: ClassVar[int] = SIDE
    share: float
    mixed: float = 0.9

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, chosen ones convolved."""
        changed = images.copy()
        for index in choose_indices(len(images), self.share, rng):
            size = _SIZES[rng.integers(len(_SIZES))]
            weights = rng.normal(0.0, 1 / size, (size, size)).astype(np.float32)
            image = images[index].astype(np.float32)
            filtered = cv2.filter2D(image, -1, weights, borderType=cv2.BORDER_CONSTANT)
            kept = rng.uniform(1 - self.mixed, 1.0)
            changed[index] = scale_to_full_ink(np.abs(kept * image + (1 - kept) * filtered))
        return changed
