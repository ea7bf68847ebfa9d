"""``python -m inkdigits``: the command, where its script is not on the path."""

from inkdigits.commands import main

main()
