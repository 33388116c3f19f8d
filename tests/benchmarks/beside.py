"""Stages of the worlds of ads and orders side by side: ours, DuckDB's, and the floor under both.

The floor is a bare scan of the rows that decide a table and a bare write of the table.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tests.benchmarks import duckdb_ads, duckdb_orders, floor
from tests.benchmarks.feed_types import AD_TYPES

FACTS = "facts"
"""What DuckDB works out before it writes its tables."""
READING = (
    *("bytes: hash raw files", "records: read text", "parse and contract", "canonical parts"),
    *("key columns", "ledger: checksums, flushing", "versions and copies", "feeds: the rest"),
)


@dataclass(frozen=True)
class Stage:
    """What both do.

    Attributes:
        ours: Our stages of it.
        theirs: DuckDB's: the tables that it writes, and `FACTS`.
        decided_by: The columns that decide it, by table; none of reading, which the files do.
    """

    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    decided_by: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class World:
    """A world that is compared stage by stage.

    Attributes:
        feeds: Its tables with SQL's types.
        stages: What both do, by name.
    """

    feeds: Mapping[str, dict[str, str]]
    stages: Mapping[str, Stage]


ORDERS = World(
    duckdb_orders.FEEDS,
    {
        "reading": Stage(READING, tuple(duckdb_orders.FEEDS), {}),
        "journeys": Stage(
            ("activities", "journeys"),
            ("contact_journey",),
            {
                name: [*duckdb_orders.FEEDS[name]]
                for name in ("sends", "events", "sessions", "orders")
            },
        ),
        "attribution": Stage(
            ("credits", "attribution reports"),
            (FACTS, "order_touches", "paths", "channel_attribution", "campaign_attribution"),
            {
                "events": ["event_type", "occurred_at", "contact_id", "message_id", "event_id"],
                "sessions": ["session_id", "started_at", "contact_id", "utm_source", "utm_medium"],
                "orders": ["order_id", "ordered_at", "contact_id", "revenue", "status"],
            },
        ),
    },
)
ADS = World(
    AD_TYPES,
    {
        "reading": Stage(READING, tuple(AD_TYPES), {}),
        "eight tables": Stage(
            ("sessions", "matching", "ad facts", "ads reports", "session matches"),
            (FACTS, *duckdb_ads.TABLES),
            {name: [*types] for name, types in AD_TYPES.items()},
        ),
    },
)
WORLDS = {"ads": ADS, "orders": ORDERS}


def find_floors(world: World, root: Path) -> dict[str, float]:
    """Processor seconds of a bare scan and write, by stage."""
    typed, reports, out = root / "duckdb/typed", root / "duckdb/reports", root / "floor"
    out.mkdir(exist_ok=True)
    floors = {}
    for name, stage in world.stages.items():
        before = time.process_time()
        if not stage.decided_by:
            floor.write_typed(root, out / "typed", world.feeds)
        for table, columns in stage.decided_by.items():
            pl.scan_parquet(typed / f"{table}.parquet").select(columns).collect(engine="streaming")
        for table in set(stage.theirs) - {FACTS} if stage.decided_by else ():
            written = pl.scan_parquet(reports / f"{table}.parquet")
            written.sink_parquet(out / f"{table}.parquet", compression="zstd", compression_level=1)
        floors[name] = time.process_time() - before
    return floors


def print_beside(
    world: World, ours: Mapping[str, float], theirs: Mapping[str, float], root: Path
) -> None:
    """Stages of both, side by side, and how far above the floor ours is."""
    floors = find_floors(world, root)
    print("\nstage | ours, CPU s | DuckDB | ours / DuckDB | floor | ours / floor")
    print("--- | ---: | ---: | ---: | ---: | ---:")
    for name, stage in world.stages.items():
        took = sum(ours[one] for one in stage.ours)
        reference = sum(theirs[f"duckdb: {one}"] for one in stage.theirs)
        print(
            f"{name} | {took:.2f} | {reference:.2f} | {took / reference:.2f} "
            f"| {floors[name]:.2f} | {took / floors[name]:.1f}"
        )
    whole, other = sum(ours.values()), sum(theirs.values())
    print(f"the whole run | {whole:.2f} | {other:.2f} | {whole / other:.2f} | |")
