"""Every source knows its vendor's real column names, and asks for none that the vendor has not."""

import re
import tomllib
from pathlib import Path

import pytest

from contracts.columns import any_of, required
from contracts.config.source_mapping import Expression
from contracts.feeds import FEEDS
from flows.config.source_files import load_sources
from transforms.ingest.expressions import file_columns

VENDORS: dict[str, str] = tomllib.loads(
    (Path(__file__).parent / "vendor_columns.toml").read_text(encoding="utf-8")
)
OURS = {"org_id"}
"""A column that every source reads beside the vendor's own."""

NESTED = re.compile(r"\.\S")
"""What makes a column's name a path; a dot at the end of a word is an abbreviation (`Impr.`)."""


def read_columns(expression: Expression) -> set[str]:
    """The columns of a file that an expression reads by their whole names."""
    return set(file_columns(expression))


def documented(source: str) -> list[tuple[str, str | None]]:
    """The vendor's columns, each with the `table.column` that it gives, if it gives one."""
    entries = (entry.split(">") for entry in VENDORS[source].split(";"))
    return [(entry[0].strip(), entry[1].strip() if len(entry) > 1 else None) for entry in entries]


def is_read(source: str, column: str, table: str, canonical: str) -> bool:
    """Whether a source's mapping of a table reads a column of the file for a canonical one."""
    return any(
        column in read_columns(mapping.columns.get(canonical, ""))
        for mapping in load_sources()[source].tables
        if mapping.table == table
    )


def test_vendors_are_sources() -> None:
    assert set(VENDORS) <= set(load_sources())


@pytest.mark.parametrize("source", VENDORS)
def test_vendor_columns_are_read(source: str) -> None:
    missed = [
        (column, target)
        for column, target in documented(source)
        if target is not None and not is_read(source, column, *target.split("."))
    ]
    assert missed == []


@pytest.mark.parametrize("source", VENDORS)
def test_no_column_is_read_that_the_vendor_has_not(source: str) -> None:
    known = {column for column, _ in documented(source)} | OURS
    read = {
        column
        for mapping in load_sources()[source].tables
        for expression in mapping.columns.values()
        for column in read_columns(expression)
    }
    assert read - known == set()


@pytest.mark.parametrize("source", VENDORS)
def test_required_columns_are_given(source: str) -> None:
    for mapping in load_sources()[source].tables:
        given = {*mapping.columns, *mapping.constants}
        table = FEEDS[mapping.table]
        assert set(required(table)) <= given
        assert not any_of(table) or given & set(any_of(table))


@pytest.mark.parametrize("source", sorted(load_sources()))
def test_nested_columns_are_flattened(source: str) -> None:
    mapping = load_sources()[source]
    nested = {
        column
        for table in mapping.tables
        for expression in (*table.columns.values(), *table.members.values())
        for column in read_columns(expression)
        if NESTED.search(column)
    }
    assert nested <= set(mapping.flatten)


@pytest.mark.parametrize("source", sorted(load_sources()))
def test_no_file_may_lack_what_a_table_or_a_sum_of_money_needs(source: str) -> None:
    """`spend` is never optional, nor a required column, nor a column that is not mapped."""
    for mapping in load_sources()[source].tables:
        needed = {*required(FEEDS[mapping.table])}
        if mapping.table == "ad_stats":
            needed.add("spend")
        assert not needed & {*mapping.optional}
        assert {*mapping.rare} <= {*mapping.optional} <= {*mapping.columns}
