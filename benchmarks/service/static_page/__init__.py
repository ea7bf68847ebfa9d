"""The page without a server, driven in a real browser."""
