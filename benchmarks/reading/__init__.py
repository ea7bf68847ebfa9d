"""How well pictures are read: synthetic pictures, and real ones."""
