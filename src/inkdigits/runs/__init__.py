"""The run directory: the names of its files, and the records in them."""
