"""Figures about contacts, their lists and segments."""
