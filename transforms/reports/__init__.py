"""Facts to report tables."""
