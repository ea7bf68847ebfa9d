"""Programs that find thresholds and weights of the reader on development pictures."""
