"""Sends and events to send facts and their daily sums."""
