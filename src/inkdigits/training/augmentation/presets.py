"""Sequences of augmentation operations that recipes use."""

from inkdigits.training.augmentation.degradation import Blur, Contrast, Fading, Noise, Scan
from inkdigits.training.augmentation.elastic import ElasticDeformation
from inkdigits.training.augmentation.geometric import Fit, Shift
from inkdigits.training.augmentation.occlusions import CroppedSide, StrokeGaps
from inkdigits.training.augmentation.operation import Operation
from inkdigits.training.augmentation.overlays import (
    NeighbourStrokes,
    Overlays,
    PageEdge,
    RuledLine,
    ShowThrough,
    StrayStroke,
    StrokeFragments,
)
from inkdigits.training.augmentation.random_filters import RandomConvolution
from inkdigits.training.augmentation.stroke_width import Outline, StrokeWidth

STRONG: tuple[Operation, ...] = (
    ElasticDeformation(displacement=(0.0, 0.9), smoothness=(3.0, 8.0)),
    # The tremor of a hand.
    ElasticDeformation(displacement=(0.3, 1.4), smoothness=(0.35, 1.25), share=0.28),
    Overlays((CroppedSide(0.06), NeighbourStrokes(0.03, gap=(0.0, 3.0)), RuledLine(0.03))),
    Fit(
        rotation=17.0,
        stretch=0.25,
        shear=0.35,
        zoom=0.08,
        jitter=1.2,
        stroke_width=StrokeWidth(0.6, thinnest=1.0, thickest=5.5),
    ),
    Outline(0.06),
    Overlays(
        (
            NeighbourStrokes(0.03, gap=(1.5, 5.5)),
            RuledLine(0.03),
            StrokeGaps(0.06),
            ShowThrough(0.08),
            StrokeFragments(0.08),
            StrayStroke(0.07),
            PageEdge(0.06),
        )
    ),
    Scan(low_resolution=0.15, binarised=0.12),
    Blur(0.2),
    RandomConvolution(0.1),
    Contrast(0.4),
    Fading(0.1),
    Noise(0.15),
    Shift(max_shift=4, share=0.15),
)
"""For networks that read real pictures; small networks are trained with `Warp` or `Shift` alone.

The corruptions that the robustness benchmark measures (shot and impulse noise, glass and motion blur, fog, stripes,
spatter, dotted lines, zigzags, edge pictures) are not among the operations, so that it measures unknown ones. Some are
related: outlines to edge pictures, the narrow elastic deformation to glass blur.
"""
