"""Warnings of ad figures that stand twice.

Equal rows of a file, days that later files say anew (`restated_files`), and figures that two files
give under two names (`transforms.ingest.renamed_figures`).
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import polars as pl

from contracts.columns import key
from contracts.config.toml_values import write_toml
from contracts.config.workspace import Workspace
from contracts.feeds import FEEDS, AdStats, MessageStats
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.catalog.read_files import ReadFile, scan_together
from flows.catalog.recalled_rows import recall_rows
from flows.catalog.restated_files import Restatement
from flows.config.configured_feeds import ConfiguredFeed
from flows.kept.keepers import Keeper
from transforms.common.currency import RATE, find_rates
from transforms.common.joins import HELD
from transforms.common.keys import hash_cells, list_repeated
from transforms.common.rates import sum_known
from transforms.ingest.deduplication import FILE, KEY_HASH
from transforms.ingest.renamed_figures import find_renamed, is_told_otherwise
from transforms.ingest.restatements import (
    AFTER,
    AGAIN,
    AMOUNT_OF,
    BEFORE,
    CONVERSIONS_AFTER,
    CONVERSIONS_BEFORE,
    ENTITY_ID,
    sum_again,
)

NAMED_FILES = 3
"""How many files a sentence names."""
STATS = "ad_stats"
SUMMARIES = "message_stats"
OF_SEVERAL = "in rows of several people, as a whole mailing's or numbers that each file begins anew"
OF_SUMMARIES = "in several rows of a file with other figures, as the name of a weekly mailing"
FOUND, ALIKE = "found", "alike"


def warn_of_repeats(catalog: Catalog, config: Workspace, keeper: Keeper | None) -> Iterator[Warned]:
    """Warn of equal rows that add up, and of figures that later files say anew."""
    for feed in catalog.feeds:
        yield from _warn_of_equal(feed, catalog, config.workspace.currency, keeper)
    yield from _warn_of_lines(catalog)
    yield from _warn_of_shared_ids(catalog)
    for restatement in catalog.status.restatements:
        yield _warn_of_restatement(restatement, catalog, config.workspace.currency)


def _warn_of_equal(
    feed: ConfiguredFeed, catalog: Catalog, currency: str, keeper: Keeper | None
) -> Iterator[Warned]:
    """Warn of rows that say what another one of their file says, with their money."""
    by_table = defaultdict(list)
    for file in catalog.feeds.files_of(feed):
        for got in file.receipt.tables:
            if got.equal_rows:
                by_table[got.table].append(file)
    for table, files in by_table.items():
        name = f"equal rows of {table} in feed {feed.place}"
        found = recall_rows(keeper, name, files, partial(_find_equal, files, table))
        (amount,) = _add_up(found[FOUND], catalog, currency, AGAIN)
        count = sum(got.equal_rows for file in files if (got := file.of_table(table)))
        yield feed.warn(
            "equal_rows",
            f"{count_of(count, 'row')} of {table} equal, cell by cell, to another row of the file "
            f"({AMOUNT_OF[FEEDS[table]]} {amount:.2f}); rows of one day add up, and all of them "
            "count",
            table=table,
            count=count,
            amount=f"{amount:.2f}",
        )


def _find_equal(files: list[ReadFile], table: str) -> dict[str, pl.DataFrame]:
    """What the equal rows of some files bring once more."""
    contract, rows = FEEDS[table], scan_together(files, table)
    alike = hash_cells(map(pl.col, (FILE, KEY_HASH, AMOUNT_OF[contract]))).alias(ALIKE)
    keys = rows.select(alike).collect(engine="streaming").to_series()
    found = list_repeated(keys).to_frame().lazy()
    few = rows.with_columns(alike).join(found, on=ALIKE, how="semi", build_side=HELD)
    return {FOUND: sum_again(few, contract).collect()}


def _warn_of_lines(catalog: Catalog) -> Iterator[Warned]:
    """Warn of orders that a file has a row an item of, of which the last alone counts."""
    of_file = dict(catalog.status.of_lines.iter_rows())
    for feed in catalog.feeds:
        counts = [of_file.get(file.order, 0) for file in catalog.feeds.files_of(feed)]
        if count := sum(counts):
            yield feed.warn(
                "order_lines",
                f"{count_of(count, 'order')} in several rows, of one time with other revenue or of "
                "a sale and a refund, of which the last row counts alone; if they are its items, "
                "deliver one row an order with its whole revenue; a refund is a row of its own id "
                "that names the order in refund_of",
                "files",
                count=count,
            )


def _warn_of_shared_ids(catalog: Catalog) -> Iterator[Warned]:
    """Warn of ids that several things bear, of which the last row counts alone."""
    for table, found in catalog.status.shared_ids.items():
        of_file = dict(found.iter_rows())
        id_, where = key(FEEDS[table])[-1], OF_SEVERAL
        if table == SUMMARIES:
            id_, where = MessageStats.message_id, OF_SUMMARIES
        joined = write_toml({id_: {"join": ["…", "…"], "separator": " / "}})
        for feed in catalog.feeds if of_file else ():
            if count := sum(of_file.get(file.order, 0) for file in catalog.feeds.files_of(feed)):
                yield feed.warn(
                    "ids_shared",
                    f"{count_of(count, id_)} of {table} {where}: of each the last row counts alone "
                    f"and the others are lost; columns = {joined} makes an id of the columns that "
                    'tell them apart, constants = { org_id = "…" } in each feed tells shops or '
                    "accounts apart",
                    f"columns.{id_}",
                    table=table,
                    count=count,
                )


def _warn_of_restatement(of: Restatement, catalog: Catalog, currency: str) -> Warned:
    """Say which files and days later files of a feed restate, and what that does to the spend."""
    before, after = _add_up(of.amounts, catalog, currency, BEFORE, AFTER)
    days = of.amounts.get_column(AdStats.date_day)
    money = "conversions_value" if of.table == "ad_conversions" else "spend"
    then, now = of.amounts.select(sum_known([CONVERSIONS_BEFORE, CONVERSIONS_AFTER])).row(0)
    differ = None not in {then, now} and then != now
    converted = f", conversions {then:.2f} before, {now:.2f} after" if differ else ""
    message = (
        f"feed {of.feed}: later files say {count_of(days.n_unique(), 'day')} ({days.min()} to "
        f"{days.max()}) of {_name(of.paths)} anew: {count_of(len(of.superseded), 'row')} replaced, "
        f"{money} {before:.2f} before, {after:.2f} after{converted}; "
        'with repeats = "add" all of them add up'
    )
    return Warned(
        code="restated",
        message=message,
        feed=of.feed,
        table=of.table,
        count=len(of.superseded),
        amount=f"{before:.2f}",
        setting="repeats",
        before=f"{before:.2f}",
        after=f"{after:.2f}",
        files=list(of.paths),
        first_day=str(days.min()),
        last_day=str(days.max()),
    )


def _add_up(
    amounts: pl.DataFrame, catalog: Catalog, currency: str, *names: str
) -> tuple[Decimal, ...]:
    """Sums of some columns in the reporting currency."""
    priced = find_rates(amounts.lazy(), rates_of(catalog), currency)
    sums = ((pl.col(name).cast(pl.Decimal(38, 14)) * pl.col(RATE)).sum() for name in names)
    return priced.select(one.round(2) for one in sums).collect().row(0)


def _name(paths: tuple[str, ...]) -> str:
    """The first few files by name, the others counted."""
    named = ", ".join(paths[:NAMED_FILES])
    further = len(paths) - NAMED_FILES
    return f"{named} and {count_of(further, 'further file')}" if further > 0 else named


def warn_of_renamed(catalog: Catalog, config: Workspace, keeper: Keeper | None) -> Iterator[Warned]:
    """Warn of figures that seem to count twice, because what they are about was renamed."""
    for feed in catalog.feeds:
        files = _list_overlapping([one for one in catalog.feeding(STATS) if one.raw.feed is feed])
        if len(files) < 2 or feed.section.repeats != "replace":  # noqa: PLR2004 - two files
            continue
        name = f"figures that feed {feed.place} gives under two names"
        renamed = recall_rows(keeper, name, files, partial(_find_renamed, files)).get(FOUND)
        if renamed is not None:
            yield _warn_of_names(feed, files, renamed, catalog, config.workspace.currency)


def _find_renamed(files: list[ReadFile]) -> dict[str, pl.DataFrame]:
    rows = scan_together(files, STATS)
    found = find_renamed(rows, with_ids=is_told_otherwise(rows).collect().item()).collect()
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


def _warn_of_names(
    feed: ConfiguredFeed,
    files: list[ReadFile],
    renamed: pl.DataFrame,
    catalog: Catalog,
    currency: str,
) -> Warned:
    (spend,) = _add_up(renamed, catalog, currency, AdStats.spend)
    days = renamed.get_column(AdStats.date_day)
    held = set(renamed.get_column(FILE))
    paths = [file.raw.path for file in files if file.order in held]
    entities = renamed.get_column(ENTITY_ID).n_unique()
    count = count_of(days.n_unique(), "day")
    said = (
        f"of {count_of(entities, 'name')} in {', '.join(paths[:3])} a later file gives the same "
        "figures under another name, or with ids or an account that the other has not "
        f"({count}, {days.min()} to {days.max()}, spend {spend:.2f}); both count, since without "
        "its id a renamed campaign is another one: export the days of both with ids and take the "
        "earlier file away"
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
