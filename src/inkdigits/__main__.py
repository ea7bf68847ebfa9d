"""``python -m inkdigits``: the same as the command ``inkdigits``, when its script is not on the PATH."""

from inkdigits.commands import main

main()
