"""Warnings of ad figures that stand twice: equal rows of a file, days that later files say anew."""

from collections.abc import Iterator

import polars as pl

from contracts.config.workspace import Workspace
from contracts.feeds import AdStats
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.catalog.read_files import ReadFile
from flows.catalog.restated_files import Restatement
from transforms.common.currency import RATE, find_rates
from transforms.ingest.restatements import AFTER, BEFORE

NAMED_FILES = 3
"""How many files a sentence names."""


def warn_of_repeats(catalog: Catalog, config: Workspace) -> Iterator[Warned]:
    """Warn of equal rows that add up, and of figures that later files say anew."""
    for feed in catalog.given.feeds:
        if equal := _count_equal(catalog.given.files_of(feed)):
            message = (
                f"feed {feed.name}: {count_of(equal, 'row')} equal, cell by cell, to another row "
                "of the file; rows of one day add up, and all of them count"
            )
            yield Warned(code="equal_rows", message=message, feed=feed.name, count=equal)
    for restatement in catalog.status.restatements:
        yield _warn_of_restatement(restatement, catalog, config.workspace.currency)


def _count_equal(files: list[ReadFile]) -> int:
    return sum(got.equal_rows for file in files for got in file.receipt.tables)


def _warn_of_restatement(of: Restatement, catalog: Catalog, currency: str) -> Warned:
    """Say which files and days later files of a feed restate, and what that does to the spend."""
    priced = find_rates(of.amounts.lazy(), rates_of(catalog), currency)
    before, after = (
        priced.select(
            (pl.col(name).cast(pl.Decimal(38, 14)) * pl.col(RATE)).sum().round(2)
            for name in (BEFORE, AFTER)
        )
        .collect()
        .row(0)
    )
    days = of.amounts.get_column(AdStats.date_day)
    money = "conversions_value" if of.table == "ad_conversions" else "spend"
    message = (
        f"feed {of.feed}: later files say {count_of(days.n_unique(), 'day')} ({days.min()} to "
        f"{days.max()}) of {_name(of.paths)} anew: {count_of(len(of.superseded), 'row')} replaced, "
        f'{money} {before:.2f} before, {after:.2f} after; with repeats = "add" all of them add up'
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


def _name(paths: tuple[str, ...]) -> str:
    """The first few files by name, the others counted."""
    named = ", ".join(paths[:NAMED_FILES])
    further = len(paths) - NAMED_FILES
    return f"{named} and {count_of(further, 'further file')}" if further > 0 else named
