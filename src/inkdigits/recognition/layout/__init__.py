"""Layout analysis: group detected symbols into numbers in lines, combs, tables, grids and boxes."""
