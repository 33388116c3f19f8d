"""Amounts whose sign is taken off, and which count as another currency's (SPEC §5.2)."""

from collections.abc import Iterator

from contracts.columns import columns
from contracts.feeds import FEEDS, AdStats
from contracts.manifest import Warned, count_of
from contracts.reference.currency_signs import is_of_other
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.required_columns import list_given

CURRENCY = AdStats.currency
"""What every table with amounts calls the column of their currency."""


def warn_of_signs(feed: ConfiguredFeed, files: list[ReadFile], reporting: str) -> Iterator[Warned]:
    """Warn of a file with our columns that has none of the currency that `symbols` take off.

    A source whose files lack that column is told of whatever its symbols are.

    Args:
        files: The feed's files that have rows.
        reporting: The reporting currency, in which amounts of none are.
    """
    section = feed.section
    signs = [one for one in section.symbols if is_of_other(one, reporting)]
    if not signs or section.source is not None or CURRENCY in section.without:
        return
    for mapping in (one.mapping for one in feed.mappings):
        told = f"{mapping.table}.{CURRENCY}"
        lacking = sum(told not in list_given(feed, tuple(one.receipt.columns)) for one in files)
        is_told = CURRENCY not in columns(FEEDS[mapping.table]) or CURRENCY in mapping.constants
        if lacking and not is_told:
            yield feed.warn(
                "column_missing",
                f"amounts with {' and '.join(map(repr, signs))} are taken to be in {reporting}, "
                f'having no column "{CURRENCY}" in {count_of(lacking, "file")}; say it in '
                'constants = { currency = "…" }, name the file\'s column in '
                'columns = { currency = "…" }, or silence this: without = ["currency"]',
                "constants",
                count=lacking,
            )
