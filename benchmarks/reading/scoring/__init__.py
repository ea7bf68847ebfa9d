"""Reading of the synthetic pictures: scores, their summary, tables and timings."""
