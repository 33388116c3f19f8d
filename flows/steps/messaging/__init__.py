"""Canonical sends and events to the reports of the message channels."""
