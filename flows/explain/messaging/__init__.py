"""Figures about sends and messages, down to rows of sends and events."""
