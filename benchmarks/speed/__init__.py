"""The rooms of the speed benchmarks: whole processes side by side, roofs, profiles."""
