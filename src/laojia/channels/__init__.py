"""Ways in that own no data."""
