"""The files that a run has read, in the order in which they count, and where their parts lie."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from pathlib import Path

import polars as pl

from flows.catalog.feed_files import RawFile
from flows.catalog.ledger import Receipt, TableReceipt
from flows.folders import list_matching
from flows.kept.identities import identify
from transforms.ingest.deduplication import FILE

PLACE = "place"
ROWS_TOGETHER = 1_000_000
"""About how many rows of several files are read in one scan: their places are held in memory."""
DIGITS = re.compile(r"(\d+)")
ENDINGS = re.compile(r"(\.[a-z]\w*){1,2}$", re.IGNORECASE)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read.

    Attributes:
        folder: Where its parts lie, a folder a table.
        is_copy: Whether a file before it has the same content and is read in the same way.
    """

    raw: RawFile
    sha256: str
    receipt: Receipt
    folder: Path
    order: int
    is_copy: bool

    @cached_property
    def identity(self) -> str:
        """What reading it gave: its bytes, how they were read, and the parts that they became."""
        return identify_reading(self.receipt)

    def of_table(self, table: str) -> TableReceipt | None:
        """What the table got from the file, if it feeds it."""
        return self._by_table.get(table)

    @cached_property
    def _by_table(self) -> dict[str, TableReceipt]:
        return {got.table: got for got in reversed(self.receipt.tables)}

    def count_valid(self, table: str) -> int:
        """How many rows of the table the file gave, those that others supersede among them."""
        got = self.of_table(table)
        return 0 if got is None or self.is_copy else got.valid

    def scan(self, table: str) -> pl.LazyFrame:
        """The file's rows of a table: all that the parts hold, with the file's place."""
        rows = pl.scan_parquet(self.list_parts(table))
        return rows.with_columns(pl.lit(self.order, pl.UInt32).alias(FILE))

    def list_parts(self, table: str) -> list[Path]:
        """The file's canonical parts of a table, in the order of its rows."""
        return list_matching(self.folder / table, "part-*.parquet")


def list_receipts(files: Iterable[ReadFile]) -> list[TableReceipt]:
    """What every table got from some files."""
    return [got for file in files for got in file.receipt.tables]


def scan_together(files: Sequence[ReadFile], table: str) -> pl.LazyFrame:
    """The rows of a table in several files, all that the parts hold, with each row's file.

    One scan of many small files takes a tenth of what a scan of each takes.

    Args:
        files: Files that give rows of the table, in order.
    """
    rows = accumulate(file.count_valid(table) for file in files)
    pieces = groupby(zip(rows, files, strict=True), key=lambda one: one[0] // ROWS_TOGETHER)
    return pl.concat([_scan_piece([file for _, file in piece], table) for _, piece in pieces])


def _scan_piece(files: list[ReadFile], table: str) -> pl.LazyFrame:
    if len(files) == 1:
        return files[0].scan(table)
    ends = pl.Series([*accumulate(file.count_valid(table) for file in files)], dtype=pl.UInt32)
    orders = pl.Series([file.order for file in files], dtype=pl.UInt32)
    place = pl.lit(ends).search_sorted(pl.col(PLACE), side="right")
    parts = [part for file in files for part in file.list_parts(table)]
    return (
        pl.scan_parquet(parts, row_index_name=PLACE)
        .with_columns(pl.lit(orders).gather(place).alias(FILE))
        .drop(PLACE)
    )


def identify_reading(receipt: Receipt) -> str:
    """What reading a file gave: its bytes, how they were read, and the parts that they became."""
    return identify(receipt.model_dump_json())


def order_files(ledger: Path, read: Iterable[tuple[RawFile, str, Receipt]]) -> tuple[ReadFile, ...]:
    """Order files by path, and mark those whose content was delivered before.

    Args:
        read: Each file with the hash of its bytes and what reading it gave.
    """
    seen: set[tuple[str, str]] = set()
    files = []
    in_order = sorted(read, key=lambda item: (order_of_path(item[0].path), item[0].feed.place))
    for order, (raw, sha256, receipt) in enumerate(in_order):
        content = (receipt.sha256, raw.feed.signature)
        folder = ledger / receipt.key
        files.append(ReadFile(raw, sha256, receipt, folder, order, is_copy=content in seen))
        seen.add(content)
    return tuple(files)


def order_of_path(path: str) -> tuple[list[str | int], str]:
    """What paths sort by: their text without its ending, runs of digits as numbers.

    `file2.csv` lies before `file10.csv`, and `file.csv` before `file (1).csv`, as a browser names
    what is downloaded again.
    """
    pieces = DIGITS.split(ENDINGS.sub("", path))
    return [int(piece) if at % 2 else piece for at, piece in enumerate(pieces)], path
