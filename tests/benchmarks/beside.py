"""Stages of the world of orders side by side: ours, DuckDB's, and the floor under both.

The floor is a bare scan of the rows that decide a table and a bare write of the table.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tests.benchmarks import duckdb_orders, floor

FACTS = "facts"
"""What DuckDB works out before it writes the tables of attribution."""
READING = (
    *("bytes: hash raw files", "records: read text", "parse and contract", "canonical parts"),
    *("key columns", "ledger: checksums, flushing", "versions and copies", "feeds: the rest"),
)
BESIDE: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, list[str]]]] = {
    "reading": (READING, tuple(duckdb_orders.FEEDS), {}),
    "journeys": (
        ("activities", "journeys"),
        ("contact_journey",),
        {name: [*duckdb_orders.FEEDS[name]] for name in ("sends", "events", "sessions", "orders")},
    ),
    "attribution": (
        ("credits", "attribution reports"),
        (FACTS, "order_touches", "paths", "channel_attribution", "campaign_attribution"),
        {
            "events": ["event_type", "occurred_at", "contact_id", "message_id", "event_id"],
            "sessions": ["session_id", "started_at", "contact_id", "utm_source", "utm_medium"],
            "orders": ["order_id", "ordered_at", "contact_id", "revenue", "status"],
        },
    ),
}
"""What both do: our stages, DuckDB's, and the columns that decide it; of reading, the files do."""


def find_floors(root: Path) -> dict[str, float]:
    """Processor seconds of a bare scan and write, by stage, of the world of orders."""
    typed, reports, out = root / "duckdb/typed", root / "duckdb/reports", root / "floor"
    out.mkdir(exist_ok=True)
    floors = {}
    for stage, (_, theirs, decided) in BESIDE.items():
        before = time.process_time()
        if not decided:
            floor.write_typed(root, out / "typed", duckdb_orders.FEEDS)
        for table, columns in decided.items():
            pl.scan_parquet(typed / f"{table}.parquet").select(columns).collect(engine="streaming")
        for name in set(theirs) - {FACTS} if decided else ():
            written = pl.scan_parquet(reports / f"{name}.parquet")
            written.sink_parquet(out / f"{name}.parquet", compression="zstd", compression_level=1)
        floors[stage] = time.process_time() - before
    return floors


def print_beside(
    ours: Mapping[str, float], theirs: Mapping[str, float], floors: Mapping[str, float]
) -> None:
    """Stages of both, side by side, and how far above the floor ours is."""
    print("\nstage | ours, CPU s | DuckDB | ours / DuckDB | floor | ours / floor")
    print("--- | ---: | ---: | ---: | ---: | ---:")
    for stage, (own, other, _) in BESIDE.items():
        took = sum(ours[name] for name in own)
        reference = sum(theirs[f"duckdb: {name}"] for name in other)
        print(
            f"{stage} | {took:.2f} | {reference:.2f} | {took / reference:.2f} "
            f"| {floors[stage]:.2f} | {took / floors[stage]:.1f}"
        )
