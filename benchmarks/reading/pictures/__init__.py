"""Synthetic pictures of handwritten digits for benchmarks, similar to real pictures, with known ground truth.

The modules, from the source digit to the finished picture:

``severities``  the severity of every degradation, in one frozen table
``sources``     the digits, letters and fonts of each split
``fields``      smooth random fields and grain
``strokes``     rendering of splines with a pen, for digit styles that MNIST lacks (``styles``)
``glyphs``      source digit -> ink mask of any size and stroke width
``sheets``      the content of a sheet: ink, print, size, ground truth (filled by ``numbers``, ``forms``, ``pages``)
``papers``      the paper; ``pens`` renders the ink on it; ``cameras`` and ``scanners`` simulate the capture
``kinds``       the named combinations, and ``render``, which draws one of them
``drawings``, ``textures``   non-digits
``rows``        the rows of the benchmark; ``judging`` and ``timings`` measure them

Nothing is shared with training: neither source digits nor fonts nor code.
"""
