"""The page on which one writes digits and sees them read: its files, and their copies for a page without a server."""
