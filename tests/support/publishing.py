"""Workspaces run for their tables, most of a few rows a table."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.manifest import Manifest
from flows import campaign_reports as flow
from flows.remote.address import Address
from tests.support.workspaces import Ran, Row, as_json_lines, feed, run_workspace, write_workspace

Rows = Iterable[Row] | bytes


def write_tables_alone(patched: pytest.MonkeyPatch) -> None:
    """Have runs leave out the page and the descriptions, a third of a small one.

    Whoever proves something of them calls the flow as it is.
    """
    for name in ("draw_page", "describe_snapshot"):
        patched.setattr(flow, name, lambda *_: None)


def publish_tables(root: Path | Address, *, full: bool = False) -> Manifest:
    """Run the flow's function for tables alone."""
    with pytest.MonkeyPatch.context() as patched:
        write_tables_alone(patched)
        return Manifest.model_validate(flow.campaign_reports.fn(str(root), full, wait_seconds=0))


def publish(place: Path, toml: str = "", **tables: Rows) -> Ran:
    """Run a workspace with one file a table: rows as JSON Lines, bytes as CSV."""
    files = {}
    for table, rows in tables.items():
        is_text = isinstance(rows, bytes)
        files[f"raw/{table}/1.{'csv' if is_text else 'jsonl'}"] = (
            rows if is_text else as_json_lines(rows)
        )
    toml += "".join(feed(table, f"raw/{table}/*") for table in tables)
    return run_workspace(write_workspace(place / "ws", toml, files), place / "out")


@dataclass(frozen=True)
class OfOrganization(Ran):
    """What a run gave to one of its organizations."""

    org_id: str

    def table(self, group: str, name: str) -> pl.DataFrame:
        return super().table(group, name).filter(org_id=self.org_id)


World = Callable[[], Mapping[str, Rows]]
"""Gives the tables of a small workspace, its settings those by default."""


@dataclass(frozen=True)
class Worlds:
    """Small worlds that share a run: each is an organization of one workspace, under its name."""

    made: list[World] = field(default_factory=list)

    def __call__(self, world: World) -> World:
        """Have a world be one of them."""
        self.made.append(world)
        return world

    def publish(self, place: Path, **of_all: Rows) -> dict[str, Ran]:
        """What the run gave to each; a table that a world does not give is that of all."""
        tables: dict[str, list[Row]] = {}
        for world in self.made:
            for table, given in {**of_all, **world()}.items():
                found = read_csv(given) if isinstance(given, bytes) else given
                own = ({"org_id": world.__name__, **one} for one in found)
                tables.setdefault(table, []).extend(own)
        ran = publish(place, **tables)
        names = [world.__name__ for world in self.made]
        return {name: OfOrganization(**vars(ran), org_id=name) for name in names}


def read_csv(text: bytes) -> Iterator[Row]:
    """The rows of a CSV file, without their empty cells."""
    for cells in csv.DictReader(text.decode().splitlines()):
        yield {name: cell for name, cell in cells.items() if cell}


def row(ran: Ran, group: str, name: str, **key: object) -> dict[str, Any]:
    """The one row of a table that has these cells."""
    (found,) = rows(ran, group, name, **key)
    return found


def rows(ran: Ran, group: str, name: str, **key: object) -> list[dict[str, Any]]:
    """The rows of a table that have these cells."""
    return [r for r in ran.table(group, name).to_dicts() if has(r, key)]


def has(cells: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether a row has all the cells that are wanted."""
    return all(cells[name] == cell for name, cell in wanted.items())


def quarantined(ran: Ran, feed_name: str) -> list[dict[str, Any]]:
    """The rejected rows of a feed."""
    file = ran.folder.parent / "quarantine" / f"{feed_name}.parquet"
    return pl.read_parquet(file).to_dicts()
