"""Measure attribution and journeys against DuckDB; print tables of costs and ratios.

python tests/benchmarks/run_people.py --touches 1000000 --runs 3
"""

from tests.benchmarks.measuring import compare

STAGES = (
    "ours_people start",
    "duckdb_people start",
    "duckdb_people last",
    "ours_people last",
    "duckdb_people models",
    "ours_people models",
    "duckdb_people journey",
    "ours_people journey",
)
RATIOS = (
    ("last touch / DuckDB", "ours_people last", "duckdb_people last", 0.6),
    ("all models / one of them", "ours_people models", "ours_people last", 1.5),
    ("all models / DuckDB", "ours_people models", "duckdb_people models", 0.9),
    ("journey / DuckDB's sorted write", "ours_people journey", "duckdb_people journey", 0.7),
)

if __name__ == "__main__":
    compare("touches", "generate_people", STAGES, RATIOS, "Measure attribution and journeys.")
