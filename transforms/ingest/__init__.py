"""Raw rows to typed rows of a canonical table, and which of them count."""
