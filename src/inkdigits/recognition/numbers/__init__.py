"""Numbers: symbol sequences, constraints, lexicon."""
