"""The steps of a run: each makes tables from the tables before it."""
