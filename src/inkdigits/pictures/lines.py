"""Lines of writing in an ink map, in reading order, straightened; specks dropped, wide gaps told."""
