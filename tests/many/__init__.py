"""Many addresses at once."""
