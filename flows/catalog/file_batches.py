"""The files of a table in batches that stay what they are while later files come."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain

import polars as pl

from contracts.facts.people.numbered_activities import Clicks
from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import ReadFile, scan_together
from flows.kept.identities import identify
from transforms.ingest.deduplication import FILE, ROW_NUMBER

MOST_ROWS = 500_000
"""How many rows a batch has about, at most; several are held at a time. Of half as many a run of
millions takes a fortieth more processor time; of twice as many it takes two thirds more memory."""
ENDS = re.compile("[01]")
"""How the hash of a file begins after which a batch ends: of every eighth file, on average."""
SETTLED_ENDS = re.compile("[01][01]")
"""The same of batches that are settled: every 64th."""
ROWS_OF_FILE = 1 << 32
"""More than a file has rows."""


def pack_row() -> pl.Expr:
    """A row's file and number in one, as `event_row`."""
    return (pl.col(FILE).cast(pl.UInt64) * ROWS_OF_FILE + pl.col(ROW_NUMBER)).alias(
        Clicks.event_row
    )


@dataclass(frozen=True)
class Batch:
    """Rows that files next to each other give to a table.

    Attributes:
        files: The files, in order; one alone may be cut.
        discarded: The rows that do not count, packed with their files.
        parts: The first of the parts of a file that is cut, and the one after the last; None for
            whole files.
    """

    table: str
    files: tuple[ReadFile, ...]
    identity: str
    discarded: pl.Series
    parts: tuple[int, int] | None

    def scan(self) -> pl.LazyFrame:
        """The rows that count, in their order, with their `file` and `row_number`."""
        rows = self._scan_all()
        if self.discarded.is_empty():
            return rows
        return rows.filter(~pack_row().is_in(self.discarded.implode()))

    @property
    def names_by_email(self) -> bool:
        """Whether any row names its contact by e-mail address alone."""
        return any(got.by_email for file in self.files if (got := file.of_table(self.table)))

    def number_files(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Put a file's place in the batch, which other files do not move, into `event_row`."""
        row = pl.col(Clicks.event_row)
        places = {file.order: place for place, file in enumerate(self.files)}
        place = (row // ROWS_OF_FILE).replace_strict(places, return_dtype=pl.UInt64)
        return rows.with_columns(place * ROWS_OF_FILE + row % ROWS_OF_FILE)

    def _scan_all(self) -> pl.LazyFrame:
        if self.parts is None:
            return scan_together(self.files, self.table)
        file, (first, end) = self.files[0], self.parts
        rows = pl.scan_parquet(file.list_parts(self.table)[first:end])
        return rows.with_columns(pl.lit(file.order, pl.UInt32).alias(FILE))


def list_batches(catalog: Catalog, table: str) -> Iterator[Batch]:
    """The files that feed a table, in batches.

    Where a batch ends is for its own files to say, so that a new file makes at most those anew that
    lie around it. The last files lie in small batches, since more will come there; when they are
    many they become a large one, so that the number of batches does not grow with every night.
    """
    states = catalog.status.identify(table)
    discarded = catalog.status.discarded[table].select(FILE, pack_row())

    def make(files: list[ReadFile], parts: tuple[int, int] | None = None) -> Batch:
        own = discarded.filter(pl.col(FILE).is_in([file.order for file in files]))
        held = [(file.identity, states.get(file.order, "")) for file in files]
        packed = own.get_column(Clicks.event_row)
        return Batch(table, tuple(files), identify(table, held, parts), packed, parts)

    large = [*_gather(catalog.feeding(table), table, SETTLED_ENDS)]
    settled, last = large[:-1], chain.from_iterable(large[-1:])
    for files in (*settled, *_gather(last, table, ENDS)):
        if files[0].count_valid(table) > MOST_ROWS:
            yield from (make(files, parts) for parts in _cut(files[0], table))
        else:
            yield make(files)


def _gather(
    files: Iterable[ReadFile], table: str, ends: re.Pattern[str]
) -> Iterator[list[ReadFile]]:
    """Files next to each other, of at most so many rows together, or one file of more."""
    gathered: list[ReadFile] = []
    rows = 0
    for file in files:
        if gathered and rows + file.count_valid(table) > MOST_ROWS:
            yield gathered
            gathered, rows = [], 0
        gathered.append(file)
        rows += file.count_valid(table)
        if ends.match(file.identity):
            yield gathered
            gathered, rows = [], 0
    if gathered:
        yield gathered


def _cut(file: ReadFile, table: str) -> Iterator[tuple[int, int]]:
    """Cut the parts of a large file into ranges of at most so many rows, or of one part."""
    rows = {one.path: one.rows or 0 for one in file.receipt.files}
    parts = [part.relative_to(file.folder).as_posix() for part in file.list_parts(table)]
    ends = [*accumulate(rows[part] for part in parts)]
    first = 0
    for place in range(1, len(parts) + 1):
        before = ends[first - 1] if first else 0
        if place == len(parts) or ends[place] - before > MOST_ROWS:
            yield first, place
            first = place
