"""Lists of valid numbers, against which a number is matched by its summed log-probability."""
