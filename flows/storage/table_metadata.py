"""What the Parquet file of a published table says of itself, in its metadata."""

import json
from pathlib import Path

import polars as pl

PREFIX = "campaign_reports."
"""How the names begin under which it says so."""
GRAIN, KEY, COLUMNS, VERSION = (
    f"{PREFIX}{name}" for name in ("grain", "key", "columns", "schema_version")
)


def read_key(file: Path) -> list[str]:
    """The columns of a table's key."""
    return json.loads(pl.read_parquet_metadata(file).get(KEY, "[]"))
