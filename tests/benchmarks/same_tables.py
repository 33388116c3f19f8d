"""Tables of messages and contacts, ours and those of DuckDB, cell by cell."""

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from tests.benchmarks.duckdb_overviews import OVERVIEWS
from tests.oracles.expected_reports import COUNTS

OF_DAYS = "email/daily_report"
TABLES = (
    "email/campaign_report",
    "email/dispatch_report",
    "email/message_report",
    OF_DAYS,
    "email/link_report",
    "people/contact_report",
    *OVERVIEWS,
)
ONLY_OURS = {
    "attributes",
    "sessions",
    "orders",
    "revenue",
    "conversion_rate",
    "revenue_per_recipient",
    "delivery_basis",
    "unsubscribed_at",
    "complained_at",
    "type",
    "subtype",
    "open_p_value",
    "click_p_value",
    *(f"conversion_{name}" for name in ("difference", "low", "high", "p_value")),
}
"""Columns that DuckDB's job does not make."""


def assert_same_table(ours: Path, theirs: Path, table: str) -> None:
    """DuckDB's table has our rows, but those of orders alone, in all columns that it has."""
    found = pl.read_parquet(ours / f"{table}.parquet")
    if table == OF_DAYS:
        found = found.filter(pl.any_horizontal(pl.col(COUNTS) > 0))
    found = found.drop(ONLY_OURS, strict=False)
    expected = pl.read_parquet(theirs / f"{table}.parquet").select(
        pl.col(name).cast(pl.Decimal(18, 4))
        if name == "cost"
        else pl.col(name).dt.replace_time_zone("UTC")
        if dtype == pl.Datetime("us", "UTC")
        else pl.col(name)
        for name, dtype in found.schema.items()
    )
    assert found.height > 0
    assert_frame_equal(found, expected)
