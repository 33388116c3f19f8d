"""Canonical ad tables to the ads reports."""
