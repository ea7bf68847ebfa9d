"""A picture becomes candidate crops, and a crop becomes a digit image."""
