"""The severity of each degradation: every range in one frozen table, which is written into each result file."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Severities:
    """Ranges are uniform unless said otherwise; lengths are in digit heights unless a unit is named."""

    # size
    photo_digit_px: Range = (48.0, 260.0)
    """Height of a digit in a photo or on a screen, in pixels, log-uniform."""
    number_digit_px: Range = (32.0, 130.0)
    """Height of the digits of a number, a form or a grid, in pixels, log-uniform."""
    page_digit_px: Range = (26.0, 56.0)
    """Height of the digits of a page of numbers, in pixels."""
    scan_dpi: tuple[int, ...] = (100, 150, 200, 300)
    """Resolutions of scans, in dots per inch."""
    scan_digit_mm: Range = (4.5, 9.0)
    """Height of a digit on scanned paper, in millimetres (18 px at the least, 106 px at the most)."""

    # writing
    stroke_width: Range = (0.07, 0.13)
    """Width of an ordinary pen's stroke."""
    thin_stroke: Range = (0.018, 0.030)
    """Width of a very thin pen's stroke (never under one pixel)."""
    thick_stroke: Range = (0.19, 0.25)
    """Width of a very thick pen's stroke."""
    baseline_jitter: float = 0.06
    """Largest shift of one digit of a number up or down."""
    size_jitter: float = 0.10
    """Largest relative change of one digit's size within a number."""
    slant_degrees: float = 12.0
    """Largest slant that a number gets beyond its digits' own."""
    unslanting: float = 0.6
    """Share of a source digit's own slant that is taken away before the number's slant is given."""
    slant_jitter_degrees: float = 3.0
    """Largest slant of one digit against its number."""
    neighbour_share: float = 0.45
    """Largest share of a neighbour that a crop catches at its edge."""
    line_slope_degrees: float = 8.0
    """Largest slope of a line of writing, in the rows of slanted and curved lines."""
    line_sag: float = 0.35
    """Largest rise or sag of a curved line over its whole length."""
    overlap_percent: tuple[int, ...] = (-20, -10, 0, 10, 20)
    """Overlap of neighbouring digits' ink boxes, in percent of their mean width; negative is a gap."""
    touching_area: float = 1.5
    """Largest area that two touching digits share, in squares of the stroke's width: a contact, no fusion."""
    touching_share: float = 0.6
    """Share of the pairs that touch in touching numbers; one of them always does."""
    touching_gap: Range = (0.05, 0.20)
    """Gap between the ink of the other pairs."""
    touching_depth: Range = (0.10, 0.45)
    """How deep touching strokes run into each other, in stroke widths, beyond first contact."""

    # paper
    rule_distance: Range = (1.15, 2.2)
    """Distance of the rules of ruled paper."""
    square_distance: Range = (0.55, 1.15)
    """Distance of the rules of squared paper."""
    graph_distance: Range = (0.09, 0.16)
    """Distance of the thin rules of graph paper; each fifth is stronger."""
    rule_contrast: Range = (0.15, 0.45)
    """Darkness of printed rules: the share of light that they swallow."""
    rule_width_px: Range = (0.8, 2.2)
    """Width of printed rules, in pixels."""
    box_margin: Range = (0.12, 0.45)
    """Distance from a digit to its printed box."""
    box_contrast: Range = (0.50, 0.95)
    """Darkness of printed boxes and combs."""
    bilevel_box_contrast: Range = (0.75, 0.95)
    """The same for one-bit scans, whose print is black: paler print would vanish."""
    box_overshoot: float = 0.08
    """How far a digit may reach over the side of its box."""
    paper_fibre: Range = (0.003, 0.012)
    """Standard deviation of the paper's own lightness."""
    bleed_through: Range = (0.06, 0.16)
    """Darkness of the writing that shows through from the back."""
    wrinkle: Range = (0.025, 0.07)
    """Depth of the shading of crumpled paper."""

    # pens: the share of light that the ink swallows at full stroke
    pencil_density: Range = (0.45, 0.80)
    faint_pencil_density: Range = (0.26, 0.40)
    pen_density: Range = (0.75, 0.97)
    chalk_density: Range = (0.65, 0.95)

    # light and camera
    light_gradient: Range = (0.05, 0.45)
    """Loss of light from one side of the photo to the other."""
    vignette: Range = (0.0, 0.35)
    """Loss of light in the corners."""
    shadow_depth: Range = (0.20, 0.50)
    """Darkness of a cast shadow."""
    shadow_softness: Range = (0.01, 0.15)
    """Width of the shadow's edge, in picture widths."""
    exposure: Range = (0.68, 1.0)
    """Lightness of white paper in the brighter part of the photo."""
    tint: float = 0.07
    """Largest loss of one colour channel to the colour of the light."""
    rotation_degrees: float = 8.0
    perspective: float = 0.05
    """Largest shift of a corner of the photo, in picture sides."""
    desk_perspective: float = 0.10
    """The same for a whole sheet lying on a desk."""
    blur_px: Range = (0.3, 1.0)
    """Standard deviation of the lens's blur, in pixels, plus the next in digit heights."""
    blur_height: Range = (0.0, 0.010)
    motion_px: Range = (2.0, 4.0)
    """Length of motion blur, in pixels at 60 px of digit height, in proportion above that."""
    noise_levels: Range = (1.0, 6.0)
    """Standard deviation of the sensor's noise in grey levels, largest in the dark."""
    jpeg_quality: tuple[int, int] = (30, 95)
    scan_jpeg_quality: tuple[int, int] = (60, 95)
    strong_jpeg_quality: tuple[int, int] = (12, 30)
    """The kind "strong JPEG" alone."""

    # scanner
    scan_skew_degrees: float = 2.0
    scan_noise_levels: Range = (0.5, 4.0)
    dust_per_digit_area: Range = (0.0, 0.8)
    """Specks on an area of one digit height squared."""
    dust_size: Range = (0.006, 0.03)
    """Diameter of a speck."""
    bilevel_threshold: Range = (0.62, 0.80)
    """Threshold of one-bit scans, as a share of the paper's lightness."""


SEVERITIES = Severities()
