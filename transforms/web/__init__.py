"""Links, traffic sources and sessions."""
