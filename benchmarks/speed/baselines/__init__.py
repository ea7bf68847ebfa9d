"""What the speed of inkdigits is compared with."""
