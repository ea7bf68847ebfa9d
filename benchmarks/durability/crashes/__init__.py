"""Proof that storage survives power cuts: recorded writes, replayed with every loss a disk allows; faults; kills."""
