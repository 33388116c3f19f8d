"""Ad stats of batches of files: what they state, and their figures in the order of days.

Those of a batch of files are written once, and kept while its files stay what they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Rows, no_rows, polars_schema
from contracts.facts.ads.ad_entities import AdEntities, StatedEntities
from contracts.facts.ads.ad_stats import FeedStats, KeyedStats
from contracts.feeds import AdStats
from flows.catalog.canonical_tables import Catalog
from flows.catalog.file_batches import Batch, list_batches
from flows.kept.keepers import Keeper
from flows.runtime.materialize import hold, materialize, write_whole
from transforms.ads.daily_stats import number_stats, sum_feed_stats
from transforms.ads.stated_entities import OF_STATS, key_stats, list_stated, number_stated
from transforms.common.shared_texts import share_texts
from transforms.ingest.deduplication import FILE

STATED, ROWS = "stated.arrow", "rows.parquet"
ROWS_A_READ = 32_768
"""How many rows are read at least: few, since reports are made of ranges of days."""


@dataclass(frozen=True)
class StatsRows:
    """The stats of all feeds."""

    stated: Rows[StatedEntities]
    rows: Rows[FeedStats]


def hold_stats(stats: Rows[AdStats], apart: Sequence[str]) -> StatsRows:
    """Stats in memory, for who looks at few of them.

    Args:
        stats: With the place of their `feed` in the configuration.
        apart: Columns that keep rows apart.
    """
    keyed = key_stats(stats)
    stated = materialize(list_stated(keyed), StatedEntities)
    return StatsRows(stated, number_stats(sum_feed_stats(keyed, apart), stated).collect().lazy())


def keep_stats(catalog: Catalog, keeper: Keeper) -> StatsRows:
    """The stats of all feeds, in files.

    Args:
        keeper: Has those of a batch of files written that are not there yet.
    """
    batches = [*list_batches(catalog, "ad_stats")]
    if not batches:
        stated, rows = (no_rows(t) for t in (StatedEntities, FeedStats))
        return StatsRows(stated, rows)
    decided = [[batch.identity, _find_places(batch)] for batch in batches]
    folders = [
        folder.open()
        for folder in keeper.each("stats of files", decided, write_batch, None, batches)
    ]
    parts = [pl.read_ipc(folder / STATED).lazy() for folder in folders]
    whole = number_stated(pl.concat(parts)) if len(parts) > 1 else parts[0]
    stated = hold(whole, StatedEntities)
    keyed = pl.scan_parquet([folder / ROWS for folder in folders])
    return StatsRows(stated, number_stats(keyed, stated))


def write_batch(_: None, batch: Batch, folder: Path) -> None:
    """Write the stats of a batch of files."""
    places = dict(zip((file.order for file in batch.files), _find_places(batch), strict=True))
    feed = pl.col(FILE).replace_strict(
        places, return_dtype=polars_schema(AdEntities)[AdEntities.feed]
    )
    rows = batch.scan().with_columns(feed.alias(AdEntities.feed))
    thin = key_stats(rows).select(OF_STATS).pipe(share_texts)
    keyed = thin.collect(engine="streaming").lazy()
    stated = hold(list_stated(keyed), StatedEntities)
    figures = materialize(sum_feed_stats(keyed), KeyedStats).collect()
    write_whole(stated.collect(), folder / STATED)
    write_whole(figures.sort(KeyedStats.date_day), folder / ROWS, ROWS_A_READ)


def _find_places(batch: Batch) -> list[int]:
    return [file.raw.feed.place for file in batch.files]
