"""Which rows of ad figures the later files of their feed replace."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import polars as pl

from contracts.feeds import FEEDS
from flows.catalog.read_files import ReadFile, scan_together
from flows.catalog.recalled_rows import recall_rows
from flows.kept.keepers import Keeper
from transforms.common.joins import HELD
from transforms.common.keys import list_repeated
from transforms.ingest.deduplication import FILE, KEY_HASH
from transforms.ingest.restatements import judge_restated, list_superseded, sum_restated

SUPERSEDED, AMOUNTS = "superseded", "amounts"


@dataclass(frozen=True)
class Restatement:
    """What later files of one feed say anew in one table.

    Attributes:
        superseded: The rows replaced: `file`, `row_number`, `row_status`.
        amounts: One row per organization, day and currency: money `before` and `after`.
    """

    table: str
    feed: str
    paths: tuple[str, ...]
    superseded: pl.DataFrame
    amounts: pl.DataFrame


def find_restatements(
    files: list[ReadFile], table: str, keeper: Keeper | None
) -> Iterator[Restatement]:
    """Judge each feed's files of a table by themselves.

    Args:
        files: Those that give rows of the table, without copies.
        table: A table whose rows of one key add up.
    """
    by_feed = sorted(files, key=lambda file: (file.raw.feed.place, file.order))
    for _, group in groupby(by_feed, key=lambda file: file.raw.feed.place):
        own = list(group)
        feed = own[0].raw.feed
        if feed.section.repeats == "replace":
            name = f"figures of {table} said anew by feed {feed.place}"
            found = recall_rows(keeper, name, own, partial(_find_restated, own, table))
            if found:
                replaced = set(found[SUPERSEDED].get_column(FILE))
                paths = tuple(file.raw.path for file in own if file.order in replaced)
                yield Restatement(table, feed.name, paths, found[SUPERSEDED], found[AMOUNTS])


def _find_restated(files: list[ReadFile], table: str) -> dict[str, pl.DataFrame]:
    """The rows of one feed that are replaced, and the money before and after; nothing if none."""
    judged = _judge(files, table)
    if judged is None:
        return {}
    return {
        SUPERSEDED: list_superseded(judged.lazy()).collect(),
        AMOUNTS: sum_restated(judged.lazy(), FEEDS[table]).collect(),
    }


def _judge(files: list[ReadFile], table: str) -> pl.DataFrame | None:
    """The rows of one feed that stand in several files, with their status; None if none does."""
    rows = scan_together(files, table)
    keys = rows.select(FILE, KEY_HASH).unique().select(KEY_HASH).collect()
    found = list_repeated(keys.to_series()).to_frame()
    if found.is_empty():
        return None
    shared = rows.join(found.lazy(), on=KEY_HASH, how="semi", build_side=HELD)
    judged = judge_restated(shared, FEEDS[table]).collect()
    return None if judged.is_empty() else judged
