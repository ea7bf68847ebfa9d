"""Files: reading within limits, writes that survive a power cut, locks, and JSON as typed records."""
