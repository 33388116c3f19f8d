"""Figures of ads, down to the rows of stats and sessions that they come from."""
