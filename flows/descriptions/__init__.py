"""A snapshot described in the standard ways: Frictionless, ODCS, DuckDB, dbt."""
