"""The same e-mail reports by DuckDB, in SQL as one would tune it: the benchmark's opponent.

Events are summed per send before they meet the sends, uniques are counted by the day of the first,
and what is coarser is rolled up from message and day. `whole` starts from the CSV files and keeps
the same typed tables as Parquet; `reports` starts from those tables. No row is checked, no file
hashed, no version or copy told apart, and nothing is published.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.benchmarks.duckdb_overviews import LISTS, OVERVIEWS
from tests.benchmarks.duckdb_queries import (
    ASSETS,
    CONTACT_SUMS,
    CONTACTS,
    DAILY,
    JOURNEY,
    LEVELS,
    LINKS,
    SEND_EVENTS,
    SEND_FACTS,
    days_query,
    level_query,
)
from tests.benchmarks.feed_types import TYPES, is_asset
from tests.benchmarks.modes import carry_out

THREADS = 2
TYPED, REPORTS = "duckdb/typed", "duckdb/reports"


def run_whole(root: Path, typed: Path, out: Path, *, has_people: bool = False) -> None:
    """CSV files to typed Parquet tables to reports, and to journeys and lists if asked."""
    with connect() as connection:
        keep_typed(connection, root, typed, TYPES)
        make_reports(connection, typed, out)
        if has_people:
            journey = JOURNEY.format(**name_sources(typed))
            save(connection, journey, out / "people/contact_journey.parquet")
            save_all(connection, LISTS, out)


def keep_typed(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    typed: Path,
    feeds: Mapping[str, dict[str, str]],
) -> None:
    """Write each feed's CSV files as one Parquet file with its columns' types."""
    shutil.rmtree(typed, ignore_errors=True)
    typed.mkdir(parents=True)
    for table, types in feeds.items():
        stated = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        files = root / "raw" / (f"{table}.csv" if is_asset(table) else f"{table}/*.csv")
        read = f"SELECT * FROM read_csv('{files}', header = true, columns = {{{stated}}})"
        save(connection, read, typed / f"{table}.parquet")


def run_reports(typed: Path, out: Path) -> None:
    """Typed Parquet tables to reports."""
    with connect() as connection:
        make_reports(connection, typed, out)


def connect() -> duckdb.DuckDBPyConnection:
    """A fresh database in memory, with as many threads as everybody gets."""
    options = {"threads": THREADS, "preserve_insertion_order": False}
    return duckdb.connect(config=options)


def make_reports(connection: duckdb.DuckDBPyConnection, typed: Path, out: Path) -> None:
    """Write the report tables below `out`."""
    sources = name_sources(typed)
    for folder in ("campaigns", "email", "people"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for statement in (*SEND_EVENTS, SEND_FACTS, ASSETS, days_query(), DAILY, CONTACT_SUMS):
        connection.execute(statement.format(**sources))
    for level, columns in LEVELS.items():
        connection.execute(f"CREATE TEMP TABLE {level}_level AS {level_query(columns)}")
        save(connection, f"FROM {level}_level", out / f"email/{level}_report.parquet")
    save(connection, "FROM daily ORDER BY date_day, message_id", out / "email/daily_report.parquet")
    save(connection, LINKS.format(**sources), out / "email/link_report.parquet")
    save(connection, CONTACTS.format(**sources), out / "people/contact_report.parquet")
    overviews = {table: query.format(**sources) for table, query in OVERVIEWS.items()}
    save_all(connection, overviews, out)


def name_sources(typed: Path) -> dict[str, str]:
    """Table -> its typed file, as SQL names it."""
    return {table: f"'{typed}/{table}.parquet'" for table in TYPES}


def save(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write a query's rows as Parquet, compressed as ours are."""
    options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
    connection.execute(f"COPY ({query}) TO '{path}' ({options})")


def save_all(connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], out: Path) -> None:
    """Write each query's rows as the table of its name."""
    for table, query in queries.items():
        save(connection, query, out / f"{table}.parquet")


if __name__ == "__main__":
    carry_out(
        {
            "whole": lambda root: run_whole(root, root / TYPED, root / REPORTS),
            "reports": lambda root: run_reports(root / TYPED, root / REPORTS),
        }
    )
