"""What the report tables look like; flows/report_tables.py says which there are."""

SCHEMA_VERSION = "1"
"""Raised when a published table changes in a way that its readers would notice."""
