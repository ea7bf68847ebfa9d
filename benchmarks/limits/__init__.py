"""Time and memory that hostile files need, against the promised bounds."""
