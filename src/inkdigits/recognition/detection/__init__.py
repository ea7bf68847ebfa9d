"""The digit detector, on a picture of any size."""
