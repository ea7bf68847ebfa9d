"""One contract for all operations: shape, dtype and share, the same images for the same generator state."""

from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from inkdigits.training.augmentation.degradation import Blur, Contrast, Fading, Noise, Scan
from inkdigits.training.augmentation.elastic import ElasticDeformation
from inkdigits.training.augmentation.geometric import Fit, Shift
from inkdigits.training.augmentation.occlusions import CroppedSide, StrokeGaps
from inkdigits.training.augmentation.overlays import (
    NeighbourStrokes,
    Overlays,
    PageEdge,
    RuledLine,
    ShowThrough,
    StrayStroke,
    StrokeFragments,
)
from inkdigits.training.augmentation.presets import STRONG
from inkdigits.training.augmentation.random_filters import RandomConvolution
from inkdigits.training.augmentation.stroke_width import Outline, StrokeWidth
from inkdigits.training.augmentation.warp import Warp

# Each kind of operation with the shares of images that it changes at least and at most.
EVERY = [
    (ElasticDeformation(share=0.5), 0.48, 0.5),
    (Overlays((CroppedSide(0.5),)), 0.45, 0.5),
    (Overlays((NeighbourStrokes(0.5, gap=(0.0, 3.0)),)), 0.4, 0.5),
    (Overlays((RuledLine(0.5),)), 0.45, 0.5),
    (Overlays((StrokeGaps(0.5),)), 0.5, 0.5),
    (Overlays((ShowThrough(0.5),)), 0.5, 0.5),
    (Overlays((StrokeFragments(0.5),)), 0.4, 0.5),
    (Overlays((StrayStroke(0.5),)), 0.48, 0.5),
    (Overlays((PageEdge(0.5),)), 0.48, 0.5),
    (Fit(rotation=17.0, stroke_width=StrokeWidth(0.5)), 1.0, 1.0),
    (Outline(0.5), 0.5, 0.5),
    (Scan(low_resolution=0.5), 0.5, 0.5),
    (Scan(binarised=0.5), 0.5, 0.5),
    (Scan(low_resolution=0.5, binarised=0.5), 0.75, 0.75),
    (Blur(0.5), 0.5, 0.5),
    (RandomConvolution(0.5), 0.48, 0.5),
    (Contrast(0.4), 0.95, 1.0),
    (Fading(0.5), 0.5, 0.5),
    (Noise(0.5), 0.5, 0.5),
    (Shift(max_shift=4, share=0.5), 0.48, 0.5),
    (Warp(), 0.95, 1.0),
]


def name_operation(value):
    parts = getattr(value, "overlays", (value,))
    return "-".join(type(part).__name__ for part in parts) if hasattr(value, "apply") else ""


@pytest.fixture
def images(request, mnist, canvases):
    """MNIST's first 500 digits, in the size that the operation works on."""
    side = request.getfixturevalue("operation").image_side
    return {28: mnist.train.images[:500], 56: canvases}[side]


@pytest.mark.parametrize(("operation", "least", "most"), EVERY, ids=name_operation)
class TestEveryOperation:
    def test_changes_its_share_of_the_images(self, operation, images, least, most):
        tried = [operation.apply(images, np.random.default_rng(seed)) for seed in range(4)]
        share = np.mean([(changed != images).any(axis=(1, 2)) for changed in tried])
        # Four standard deviations of a share of a half among 2,000.
        assert least - 0.045 <= share <= most + 0.045

    def test_keeps_shape_and_dtype_and_does_not_change_its_input(self, operation, images, least, most):
        before = images.copy()
        changed = operation.apply(images, np.random.default_rng(0))
        assert (changed.dtype, changed.shape) == (np.uint8, images.shape)
        np.testing.assert_array_equal(images, before)
        assert not np.shares_memory(changed, images)

    def test_same_generator_state_same_images(self, operation, images, least, most):
        first, again, other = (operation.apply(images, np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()

    def test_images_of_one_batch_change_differently(self, operation, images, least, most):
        copies = np.repeat(images[:1], 100, axis=0)
        changed = operation.apply(copies, np.random.default_rng(3))
        assert len({image.tobytes() for image in changed}) >= 5

    def test_takes_blank_images(self, operation, images, least, most):
        blank = np.zeros_like(images[:100])
        changed = operation.apply(blank, np.random.default_rng(4))
        adds_ink = {"RuledLine", "StrayStroke", "PageEdge", "Noise"}
        assert changed.any() == bool(adds_ink.intersection(name_operation(operation).split("-")))

    def test_is_frozen(self, operation, images, least, most):
        field = fields(operation)[0].name
        with pytest.raises(FrozenInstanceError):
            setattr(operation, field, getattr(operation, field))


@pytest.mark.parametrize(
    "operation",
    [operation for operation, *_ in EVERY if any(field.name == "share" for field in fields(operation))],
    ids=name_operation,
)
def test_a_share_of_nought_changes_nothing(operation, images):
    changed = replace(operation, share=0.0).apply(images, np.random.default_rng(5))
    np.testing.assert_array_equal(changed, images)


@pytest.mark.parametrize("operation", STRONG, ids=name_operation)
def test_every_operation_of_strong_changes_images(operation, images):
    changed = operation.apply(images, np.random.default_rng(6))
    shares = [part.share for part in getattr(operation, "overlays", ())] or [getattr(operation, "share", 1.0)]
    share = (changed != images).any(axis=(1, 2)).mean()
    assert 0.03 < share <= sum(shares) + 0.05


def test_strong_has_every_kind_of_operation_but_the_warp():
    def kinds(operations):
        parts = [part for each in operations for part in getattr(each, "overlays", (each,))]
        return {type(part) for part in parts}

    assert kinds(STRONG) == kinds(operation for operation, *_ in EVERY) - {Warp}
