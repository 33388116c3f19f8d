"""Rows of ad stats of the same entity and day that do not count, and why."""

from collections.abc import Iterator, Sequence

import polars as pl

from contracts.feeds import AdStats
from flows.catalog.canonical_tables import Catalog
from flows.explain.explanation import LEFT_OUT
from flows.explain.messaging.message_exclusions import list_rejected
from flows.explain.published_run import PublishedRun
from transforms.explain.row_places import BECAUSE, PLACE_BITS, ROW_PLACE, TABLE
from transforms.ingest.deduplication import FILE, ROW_NUMBER

STATS = "ad_stats"
IDS = (AdStats.account_id, AdStats.campaign_id, AdStats.ad_group_id, AdStats.ad_id)
RESTATED = "superseded: a later file of its feed says the figures of that day anew"
COPY = "duplicate: its file is a copy of one whose path sorts before it"


def list_restated(
    catalog: Catalog, row: dict[str, object], names: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """Rows that later files of their feed replace, and rows of copies of files.

    Args:
        catalog: What was read.
        row: The row of the report.
        names: The columns that tell its entity, as far as a row of stats states them itself.
    """
    known = [name for name in names if row[name] is not None]
    for file in catalog.files:
        got = file.of_table(STATS)
        discarded = catalog.status.discarded[STATS].filter(pl.col(FILE) == file.order)
        if got is None or not got.valid or not (file.is_copy or discarded.height):
            continue
        rows = pl.scan_parquet(file.list_parts(STATS)).filter(
            pl.col(AdStats.date_day) == row[AdStats.date_day],
            *(pl.col(name) == row[name] for name in known),
        )
        if not file.is_copy:
            rows = rows.join(discarded.lazy(), on=ROW_NUMBER, how="semi")
        yield (
            rows.select(
                (pl.lit(file.order, pl.UInt64) * 2**PLACE_BITS + pl.col(ROW_NUMBER)).alias(
                    ROW_PLACE
                ),
                pl.lit(STATS).alias(TABLE),
                pl.lit(COPY if file.is_copy else RESTATED).alias(BECAUSE),
            )
            .cast(dict(LEFT_OUT))
            .collect()
        )


def list_rejected_stats(
    run: PublishedRun, row: dict[str, object], names: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """Quarantined rows of stats that bear the day and the finest id of a row."""
    ids = [str(row[name]) for name in IDS if name in names and row[name] is not None]
    if ids:
        yield from list_rejected(run, (STATS,), {ids[-1]}, str(row[AdStats.date_day]))
