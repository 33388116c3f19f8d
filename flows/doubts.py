"""What a run found that a person should look at, though nothing is wrong with the figures."""

from collections.abc import Iterator

import polars as pl

from contracts.columns import references
from contracts.feeds import FEEDS
from contracts.manifest import Warned
from flows.catalog import Catalog
from flows.facts import FactFiles

OF_FACTS = frozenset({"sends.send_id"})
"""References that the facts count as they join them."""


def find_doubts(catalog: Catalog, facts: FactFiles, emails: pl.DataFrame) -> Iterator[Warned]:
    """Warnings about references that lead nowhere, statuses and addresses that are not clear."""
    tallies = facts.tallies()
    if count := tallies["disagreements"]:
        message = f"{count} sends have a final status that their events contradict; the row stands"
        yield Warned(code="status_disagreement", message=message, sends=count)
    if catalog.has_rows("sends") and (count := tallies["orphans"]):
        yield _unresolved("events", "send_id", "sends.send_id", count)
    yield from find_unresolved(catalog)
    if "bearers" in emails.columns and (count := emails.filter(pl.col("bearers") > 1).height):
        message = (
            f"{count} e-mail addresses are borne by several contacts; the one updated last is meant"
        )
        yield Warned(code="shared_email", message=message, addresses=count)


def find_unresolved(catalog: Catalog) -> Iterator[Warned]:
    """References that point to no row of a table that the feeds give."""
    asked = [
        (table, name, target)
        for table, contract in FEEDS.items()
        for name, target in references(contract).items()
        if target not in OF_FACTS
        and catalog.has_rows(table)
        and catalog.has_rows(target.split(".")[0])
    ]
    counts = pl.collect_all(
        [_count_unresolved(catalog, table, name, target) for table, name, target in asked]
    )
    for (table, name, target), count in zip(asked, counts, strict=True):
        if count.item():
            yield _unresolved(table, name, target, count.item())


def _count_unresolved(catalog: Catalog, table: str, name: str, target: str) -> pl.LazyFrame:
    referred, column = target.split(".")
    keys = ["org_id", *(["platform"] if "platform" in _columns(table, referred) else []), name]
    ids = catalog.scan(table).filter(pl.col(name).is_not_null()).select(key=pl.struct(keys).hash())
    known = catalog.scan(referred).select(
        pl.struct(*keys[:-1], pl.col(column).alias(name)).hash().alias("key")
    )
    return ids.join(known, on="key", how="anti").select(pl.len())


def _columns(*tables: str) -> set[str]:
    """The columns that several tables share."""
    return set.intersection(*(set(FEEDS[t].to_schema().columns) for t in tables))


def _unresolved(table: str, name: str, target: str, count: int) -> Warned:
    message = f"{count} rows of {table} have a {name} that {target} does not know; they are kept"
    return Warned(
        code="unresolved_reference",
        message=message,
        table=table,
        column=name,
        references=target,
        rows=count,
    )
