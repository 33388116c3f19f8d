"""Sessions, and how each is matched to its ad."""
