"""Model files: read, checked against limits and an allow-list, and compared with pinned digests."""
