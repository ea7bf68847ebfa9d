"""Numbers: decoding of symbol sequences, constraints, and rosters of valid numbers."""
