"""Which currency and unit amounts are in, as signs, columns and rows say it (SPEC §5.2)."""

from collections.abc import Iterable, Iterator

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.cell_forms import Unit, find_unit
from contracts.config.toml_values import write_toml
from contracts.config.workspace import WorkspaceSection
from contracts.feeds import FEEDS, AdStats
from contracts.manifest import Warned, count_of
from contracts.reference.currency_signs import CODE, find_signs, is_of_other, read_sign
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.required_columns import list_given
from transforms.ingest.column_mapping import ResolvedMapping, find_read

CURRENCY = AdStats.currency
"""What every table with amounts calls the column of their currency."""
STARTING_CURRENCY = str(WorkspaceSection.model_fields["currency"].default)
"""What amounts are in, of which nothing is said, in a workspace that `init` starts."""


def warn_of_signs(feed: ConfiguredFeed, files: list[ReadFile], reporting: str) -> Iterator[Warned]:
    """Warn of files that have no currency, while signs or headers name another.

    A source that knows the column is told of its lack whatever the symbols are.

    Args:
        files: The feed's files that have rows.
        reporting: The reporting currency, in which amounts of none are.
    """
    section = feed.section
    if CURRENCY in section.without:
        return
    for resolved in feed.mappings:
        table = resolved.mapping.table
        if CURRENCY not in columns(FEEDS[table]) or CURRENCY in resolved.mapping.constants:
            continue
        if section.source is not None and CURRENCY in resolved.mapping.columns:
            continue
        headers = [tuple(one.receipt.columns) for one in files]
        lacking = [one for one in headers if f"{table}.{CURRENCY}" not in list_given(feed, one)]
        signs = [one for one in section.symbols if is_of_other(one, reporting)] if lacking else []
        named = dict.fromkeys(
            name for one in lacking for name in _list_foreign(resolved, one, reporting)
        )
        if signs or named:
            amounts = " and ".join([*map(repr, signs), *(f'column "{name}"' for name in named)])
            yield feed.warn(
                "column_missing",
                f"amounts with {amounts} are taken to be in {reporting}, "
                f'having no column "{CURRENCY}" in {count_of(len(lacking), "file")}; say it in '
                'constants = { currency = "…" }, name the file\'s column in '
                'columns = { currency = "…" }, or silence this: without = ["currency"]',
                "constants",
                count=len(lacking),
            )


def warn_of_units(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[Warned]:
    """Warn of columns that are called micros, cents or thousands, and are read as whole ones.

    Args:
        files: The feed's files that have rows.
    """
    headers = dict.fromkeys(tuple(one.receipt.columns) for one in files)
    for resolved in feed.mappings:
        schema, units = polars_schema(resolved.table), resolved.mapping.units
        found = {
            ours: (theirs, unit)
            for header in headers
            for ours, read in find_read(resolved, header).items()
            for theirs in read
            if schema[ours].is_numeric() and ours not in units and (unit := find_unit(theirs))
        }
        for ours, (theirs, unit) in found.items():
            mends = f"units = {{ {ours} = {write_toml(unit)} }} reads them as such"
            if unit not in set(Unit):
                mends = "deliver whole numbers, or leave the column out of columns"
            yield feed.warn(
                "unit_unsaid",
                f'column "{theirs}" is read as {ours} of {resolved.mapping.table} as it stands, '
                f"while its name says {unit}: {mends}",
                f"units.{ours}",
            )


def find_currencies(sample: Iterable[tuple[ResolvedMapping, pl.DataFrame]]) -> frozenset[str]:
    """The codes that the first rows or the header give their amounts.

    Args:
        sample: The first rows, parsed as each table that they feed.
    """
    told = [
        parsed.get_column(CURRENCY)
        for resolved, parsed in sample
        if CURRENCY in parsed.columns and CURRENCY in resolved.mapping.columns
    ]
    codes = {code.strip().upper() for column in told for code in column.drop_nulls().unique()}
    return frozenset(code for code in codes if CODE.fullmatch(code))


def find_meant_currencies(feed: ConfiguredFeed, header: tuple[str, ...]) -> frozenset[str]:
    """The codes that the signs beside amounts may mean, where no column says their currency."""
    given = set(list_given(feed, header))
    lacks = any(
        CURRENCY in columns(FEEDS[table]) and f"{table}.{CURRENCY}" not in given
        for table in (one.mapping.table for one in feed.mappings)
    )
    signs = map(read_sign, feed.section.symbols) if lacks else ()
    return frozenset().union(*signs)


def explain_signs(feed: ConfiguredFeed, meant: frozenset[str]) -> Iterator[str]:
    """Amounts are in the reporting currency where nothing says theirs; that of a start is USD."""
    if len(meant) > 1 and STARTING_CURRENCY not in meant:
        signs = " and ".join(f'"{one}"' for one in feed.section.symbols)
        yield (
            f"no column says the currency of its amounts, which bear {signs} ("
            f'{" or ".join(sorted(meant))}): say it in constants = {{ currency = "…" }}'
        )


def _list_foreign(
    resolved: ResolvedMapping, header: tuple[str, ...], reporting: str
) -> Iterator[str]:
    """The file's columns of amounts whose names say another currency."""
    schema = polars_schema(resolved.table)
    for ours, read in find_read(resolved, header).items():
        for theirs in read if schema[ours].is_decimal() else ():
            told = find_signs(theirs)
            if told and all(is_of_other(one, reporting) for one in told):
                yield theirs
