"""A page of a workspace, and its elements as plain Python reads them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl

from contracts.manifest import Manifest
from flows.page.report_page import Keep, write_anew, write_page
from flows.page.snapshot_tables import SnapshotTables
from flows.storage.snapshots.publish import hash_outputs
from tests.support.workspaces import Ran

PATIENCE = 300_000
"""Milliseconds that a browser may take on a machine with much else to do."""


@dataclass
class Element:
    """One element: its tag, attributes and text."""

    tag: str
    attributes: dict[str, str | None]
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()


class Elements(HTMLParser):
    """Every element of a page, with the text within it."""

    VOID = frozenset({"meta", "input", "rect", "line", "br"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.found.append(element)
        if tag not in self.VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)


def draw(ran: Ran, folder: Path | None = None, keep: Keep = write_anew) -> Path:
    """Draw the page of a run that publishes nothing."""
    folder = folder or ran.folder
    manifest = Manifest(
        run_id="r",
        started_at="2026-01-01T00:00:00Z",
        finished_at="2026-01-01T00:00:01Z",
        code_version="0",
        config_sha256="",
        inputs=ran.read.inputs,
        outputs=hash_outputs(folder, "r"),
        reconciliation=ran.checks,
        warnings=ran.warnings,
    )
    return write_page(SnapshotTables(folder, manifest, "Workspace", "Europe/Oslo", "EUR"), keep)


def figures(elements: Iterable[Element]) -> Iterator[tuple[str, dict[str, Any], str, str]]:
    """Table, key, column and value of every figure that stands in a table."""
    for element in elements:
        if table := element.attributes.get("data-table"):
            key, column, value = (
                element.attributes[f"data-{n}"] for n in ("key", "column", "value")
            )
            yield table, json.loads(key or ""), column or "", value or ""


def read_figure(folder: Path, table: str, key: dict[str, Any], column: str) -> str:
    """The sum of a column over the rows that a key hits, read with plain Python."""
    rows = pl.read_parquet(folder / f"{table}.parquet").select([*key, column]).to_dicts()
    values = [row[column] for row in rows if all(hits(row[n], wanted) for n, wanted in key.items())]
    known = [value for value in values if value is not None]
    assert known, (table, key, column)
    return str(sum(known[1:], known[0]))


def hits(value: Any, wanted: Any) -> bool:
    """Whether a cell is one that a key means."""
    if isinstance(wanted, dict):
        return value is not None and wanted["from"] <= str(value) <= wanted["to"]
    if isinstance(wanted, list):
        return value in wanted
    return wanted is None if value is None else str(value) == str(wanted)


def is_same(first: str, second: str) -> bool:
    """Whether two texts are the same number, floats to twelve digits."""
    if "e" in first.lower() or "e" in second.lower() or first == second:
        return first == second or abs(float(first) - float(second)) < 1e-12
    return abs(Decimal(first) - Decimal(second)) <= Decimal("1e-12")
