"""Measure the sessions of page views against DuckDB; print tables of costs and ratios.

python tests/benchmarks/run_views.py --views 1000000 --runs 3
"""

from tests.benchmarks.measuring import compare

STAGES = (
    "ours_views start",
    "duckdb_views start",
    "ours_views ingest",
    "duckdb_views sessions",
    "ours_views sessions",
)
RATIOS = (("sessions of page views / DuckDB", "ours_views sessions", "duckdb_views sessions", 1.0),)

if __name__ == "__main__":
    compare("views", "generate_views", STAGES, RATIOS, "Measure the sessions of page views.")
