"""Which ad figures stand in two files of a feed under two names (`transforms.ingest`)."""

from collections.abc import Iterator
from functools import partial

import polars as pl

from contracts.config.workspace import Workspace
from contracts.feeds import AdStats
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.catalog.read_files import ReadFile, scan_together
from flows.catalog.recalled_rows import recall_rows
from flows.config.configured_feeds import ConfiguredFeed
from flows.kept.keepers import Keeper
from transforms.common.currency import RATE, find_rates
from transforms.ingest.deduplication import FILE
from transforms.ingest.renamed_figures import find_renamed
from transforms.ingest.restatements import ENTITY_ID

STATS = "ad_stats"
FOUND = "found"


def warn_of_renamed(catalog: Catalog, config: Workspace, keeper: Keeper | None) -> Iterator[Warned]:
    """Warn of figures that seem to count twice, because what they are about was renamed.

    Args:
        catalog: The canonical tables.
        config: The configuration.
        keeper: Has what earlier runs found of the same files; None has it found anew.
    """
    for feed in catalog.given.feeds:
        files = _list_overlapping([one for one in catalog.feeding(STATS) if one.raw.feed is feed])
        if len(files) < 2 or feed.section.repeats != "replace":  # noqa: PLR2004 - two files
            continue
        name = f"figures that feed {feed.place} gives under two names"
        renamed = recall_rows(keeper, name, files, partial(_find, files)).get(FOUND)
        if renamed is not None:
            yield _warn(feed, files, renamed, catalog, config.workspace.currency)


def _find(files: list[ReadFile]) -> dict[str, pl.DataFrame]:
    found = find_renamed(scan_together(files, STATS)).collect()
    return {} if found.is_empty() else {FOUND: found}


def _list_overlapping(files: list[ReadFile]) -> list[ReadFile]:
    """Those of which another one has days between the first and the last, in order."""
    spans = [
        (got.first_at, got.last_at, file)
        for file in files
        for got in file.receipt.tables
        if got.table == STATS and got.first_at and got.last_at
    ]
    return [
        file
        for first, last, file in spans
        if any(
            first <= other_last and other_first <= last
            for other_first, other_last, other in spans
            if other is not file
        )
    ]


def _warn(
    feed: ConfiguredFeed,
    files: list[ReadFile],
    renamed: pl.DataFrame,
    catalog: Catalog,
    currency: str,
) -> Warned:
    priced = find_rates(renamed.lazy(), rates_of(catalog), currency).collect()
    exact = pl.Decimal(38, 14)
    spend = priced.select((pl.col(AdStats.spend).cast(exact) * pl.col(RATE)).sum().round(2)).item()
    days = renamed.get_column(AdStats.date_day)
    held = set(renamed.get_column(FILE))
    paths = [file.raw.path for file in files if file.order in held]
    entities = renamed.get_column(ENTITY_ID).n_unique()
    count = count_of(days.n_unique(), "day")
    said = (
        f"of {count_of(entities, 'name')} in {', '.join(paths[:3])} a later file gives the same "
        f"figures under another name ({count}, {days.min()} to {days.max()}, spend {spend:.2f}); "
        "both count, since without its id a renamed campaign is another one: export it with its "
        "id, or take the earlier file away"
    )
    return feed.warn(
        "renamed_twice",
        said,
        "files",
        count=entities,
        amount=f"{spend:.2f}",
        files=paths,
        first_day=str(days.min()),
        last_day=str(days.max()),
    )
