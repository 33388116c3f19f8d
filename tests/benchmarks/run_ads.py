"""Measure the ads reports against DuckDB; print tables of costs and ratios.

python tests/benchmarks/run_ads.py --sessions 1000000 --runs 3
"""

from tests.benchmarks.measuring import compare

STAGES = (
    "ours_ads start",
    "duckdb_ads start",
    "ours_ads ingest",
    "duckdb_ads whole",
    "duckdb_ads reports",
    "ours_ads reports",
    "ours_ads match",
)
RATIOS = (
    ("ads reports from canonical tables / DuckDB", "ours_ads reports", "duckdb_ads reports", 0.6),
)

if __name__ == "__main__":
    compare("sessions", "generate_ads", STAGES, RATIOS, "Measure the ads reports.")
