"""A published figure down to the raw rows that it comes from (SPEC §11)."""
