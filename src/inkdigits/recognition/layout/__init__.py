"""From detected symbols to numbers in reading order: lines, combs, tables, grids, boxes."""
