"""Where touching digits may be cut apart: segments of a line, proposed for the lattice to put together."""
