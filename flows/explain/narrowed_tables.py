"""Canonical tables of which only those rows are read that a figure can come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import ReadFile
from flows.explain.left_out import Narrow
from transforms.explain.row_places import pack_place
from transforms.ingest.deduplication import FILE


@dataclass(frozen=True)
class NarrowedTables(Catalog):
    """The canonical tables of a run, some of them cut to what is asked about.

    Attributes:
        narrow: Table -> which of its rows are read; all rows of the others are.
    """

    narrow: Mapping[str, Narrow] = field(default_factory=dict)

    def scan_file(self, file: ReadFile, table: str) -> pl.LazyFrame:
        """A file's rows of a table that count and are asked about, with their `row_number`."""
        rows = super().scan_file(file, table)
        return self.narrow[table](rows) if table in self.narrow else rows

    def scan_group(self, files: list[ReadFile], table: str) -> pl.LazyFrame:
        """The rows of files read together that count and are asked about."""
        rows = super().scan_group(files, table)
        return self.narrow[table](rows) if table in self.narrow else rows


def scan_placed(catalog: Catalog, table: str) -> pl.LazyFrame:
    """A canonical table with each row's `row_place`."""
    return catalog.scan_numbered(table).with_columns(pack_place(pl.col(FILE)))


def narrow_tables(catalog: Catalog, narrow: Mapping[str, Narrow]) -> NarrowedTables:
    """Canonical tables cut to what is asked about."""
    return NarrowedTables(catalog.files, catalog.feeds, catalog.status, narrow=narrow)
