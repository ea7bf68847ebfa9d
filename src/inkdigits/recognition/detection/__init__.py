"""Detection: run the digit detector on pictures of any size and decode its output."""
