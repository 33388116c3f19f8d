"""Pure functions from lazy frames to lazy frames."""
