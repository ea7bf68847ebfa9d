"""Pictures of handwritten digits as people really have them, drawn in code, with known truth.

The rooms, from the source digit to the finished picture:

``severities``  how hard everything is, in one frozen table
``sources``     which digits, letters and fonts each split may use
``fields``      smooth random fields and grain
``strokes``     a pen that follows splines; the styles that MNIST lacks (``styles``)
``glyphs``      source digit -> ink mask of any size and stroke width
``sheets``      what stands on the paper: ink, print, size, truth (filled by ``numbers``, ``forms``, ``pages``)
``papers``      the paper below, ``pens`` the ink on it, ``cameras`` and ``scanners`` the way into a file
``kinds``       the named combinations, and ``render``, which draws one
``drawings``, ``textures``   what is no digit
``rows``        the rows of the benchmark; ``scoring`` and ``timings`` measure them

Nothing here is shared with the training side: not the source digits, not the fonts, not the code.
"""
