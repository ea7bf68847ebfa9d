"""Which cuts and which digits: the most probable reading of one line, out of all that are proposed."""
