"""The command campaign-reports."""
