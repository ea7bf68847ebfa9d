"""From grey levels to ink: background, polarity, shadows, ruled lines."""
