"""The page of a snapshot: one self-contained file, drawn from the published tables alone."""
