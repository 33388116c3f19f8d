"""The files that give rows of a table, each with its rows that count; results made of some.

Which rows of which files a result was made from is kept beside it: a later run goes on from there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from contracts.columns import polars_schema
from contracts.feeds import FEEDS
from flows.catalog.canonical_tables import Catalog
from flows.catalog.ledger import read_kept
from flows.catalog.read_files import identify_reading
from flows.folders import list_matching
from flows.kept.keepers import Keeper
from flows.storage.sealed_files import OwnRecord
from flows.storage.sealed_folders import DamagedFile
from transforms.ingest.deduplication import ROW_NUMBER

RECORD, UNCOUNTED = "made_from.json", "uncounted.arrow"
FILE = "file"


@dataclass(frozen=True)
class RowFile:
    """One file's rows of a table.

    Attributes:
        feed: The place of its feed in the configuration.
        order: Its place among the files read.
        rows: How many rows it has, those that do not count among them.
        identity: What reading the file gave.
        scopes: Of events: what names their sends.
        own_channels: The channels that event types may name, in the order of their codes.
        listed: The numbers of those of its rows that do not count; None where all count.
        is_chosen: Whether the rows that are listed are instead all that count.
    """

    folder: Path
    table: str
    feed: int
    order: int
    rows: int
    identity: str
    scopes: tuple[str, ...] = ()
    own_channels: tuple[str, ...] = ()
    listed: pl.Series | None = None
    is_chosen: bool = False

    @property
    def reading(self) -> str:
        """The key of its reading in the ledger."""
        return self.folder.parent.name

    @property
    def ledger(self) -> Path:
        """The folder with one folder per file read."""
        return self.folder.parents[1]

    def leave_uncounted(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The file's rows that count."""
        if self.listed is None:
            return rows
        is_listed = pl.col(ROW_NUMBER).is_in(self.listed.implode())
        return rows.filter(is_listed if self.is_chosen else ~is_listed)


def list_row_files(catalog: Catalog, *tables: str) -> list[RowFile]:
    """The files that give rows of some tables."""
    return [
        RowFile(
            catalog.folder(file, table),
            table,
            file.raw.feed.place,
            file.order,
            got.valid,
            file.identity,
            tuple(got.scopes),
            tuple(got.own_channels),
            None if discarded.is_empty() else discarded,
        )
        for table in tables
        for file in catalog.feeding(table)
        if (got := file.of_table(table))
        for discarded in [catalog.status.list_discarded(file, table)]
    ]


def scan_rows(files: Iterable[RowFile], table: str) -> pl.LazyFrame:
    """The canonical rows of a table that count in some files."""
    rows = [
        file.leave_uncounted(pl.scan_parquet(list_matching(file.folder, "part-*.parquet")))
        for file in files
    ]
    schema = polars_schema(FEEDS[table])
    return pl.concat([pl.LazyFrame(schema=schema), *(one.select(schema.names()) for one in rows)])


class RecordedFile(OwnRecord):
    """A file that gave rows of a table."""

    reading: str
    identity: str
    table: str
    feed: int
    rows: int
    scopes: tuple[str, ...]
    own_channels: tuple[str, ...]


class MadeFrom(OwnRecord):
    """What a result was made from.

    Attributes:
        settings: The hash of the settings and channels that decide it.
    """

    settings: str
    names: str = ""
    files: list[RecordedFile]


@dataclass(frozen=True)
class FileChanges:
    """How the rows that count differ between two runs.

    Attributes:
        same: Rows that count in both.
        gone: Rows that counted before.
        come: Rows that count now.
    """

    same: tuple[RowFile, ...]
    gone: tuple[RowFile, ...]
    come: tuple[RowFile, ...]

    @property
    def changed(self) -> tuple[RowFile, ...]:
        """Rows that count in one of them."""
        return (*self.gone, *self.come)


def write_record(folder: Path, settings: str, names: str, files: Iterable[RowFile]) -> None:
    """Keep what a result was made from beside it.

    Args:
        settings: The hash of the settings and channels that decided it.
        names: What the names were, where any decided it.
    """
    listed = list(files)
    recorded = [RecordedFile.model_validate(file, from_attributes=True) for file in listed]
    made_from = MadeFrom(settings=settings, names=names, files=recorded)
    (folder / RECORD).write_text(made_from.model_dump_json())
    uncounted = [
        pl.DataFrame(
            {FILE: pl.repeat(place, file.listed.len(), dtype=pl.UInt32, eager=True)}
        ).with_columns(file.listed.cast(pl.UInt32).alias(ROW_NUMBER))
        for place, file in enumerate(listed)
        if file.listed is not None
    ]
    nothing = pl.DataFrame(schema={FILE: pl.UInt32, ROW_NUMBER: pl.UInt32})
    pl.concat([nothing, *uncounted]).write_ipc(folder / UNCOUNTED, compression="lz4")


def _read_record(folder: Path) -> MadeFrom | None:
    """What the result in a folder was made from; None where the record cannot be read."""
    try:
        return MadeFrom.model_validate_json((folder / RECORD).read_text("utf-8"))
    except (OSError, ValidationError):
        return None


def list_bases(
    keeper: Keeper, step: str, settings: str, ledger: Path, now: list[RowFile]
) -> Iterator[tuple[Path, MadeFrom, tuple[RowFile, ...]]]:
    """The results of a step in runs before that can be gone on from, the latest first.

    Args:
        settings: The hash of the settings and channels that decide its result now.
        now: The files of this run: these are verified already.

    Returns:
        The folder of each, what it was made from, and the files of then.
    """
    for _, folder in keeper.list_earlier(step):
        made_from = _read_record(folder)
        if made_from is None or made_from.settings != settings:
            continue
        files = _find_recorded(folder, made_from, ledger, now)
        if files is not None:
            yield folder, made_from, files


def _find_recorded(
    folder: Path, made_from: MadeFrom, ledger: Path, now: Iterable[RowFile]
) -> tuple[RowFile, ...] | None:
    """The files that a result was made from, if all of them can still be read."""
    verified = {file.identity for file in now}
    if not all(one.identity in verified or _is_kept(ledger, one) for one in made_from.files):
        return None
    uncounted = pl.read_ipc(folder / UNCOUNTED).partition_by(FILE, as_dict=True)
    rows = {int(place): own.get_column(ROW_NUMBER) for (place,), own in uncounted.items()}
    return tuple(
        RowFile(
            ledger / file.reading / file.table,
            order=place,
            listed=rows.get(place),
            **file.model_dump(exclude={"reading"}),
        )
        for place, file in enumerate(made_from.files)
    )


def _is_kept(ledger: Path, file: RecordedFile) -> bool:
    try:
        receipt = read_kept(ledger, file.reading)
    except DamagedFile:
        return False
    return receipt is not None and identify_reading(receipt) == file.identity


def compare_files(before: Iterable[RowFile], now: Iterable[RowFile]) -> FileChanges:
    """Tell the rows that count as before from those that do not.

    Args:
        before: The files of a run before; a file of one feed gives a table once.
    """
    known = {(file.identity, file.table, file.feed): file for file in before}
    same, gone, come = [], [], []
    for file in now:
        old = known.pop((file.identity, file.table, file.feed), None)
        if old is None:
            come.append(file)
            continue
        was, is_now = ({*(one.listed if one.listed is not None else ())} for one in (old, file))
        same.append(_choose(file, was | is_now, is_chosen=False))
        if was - is_now:
            come.append(_choose(file, was - is_now, is_chosen=True))
        if is_now - was:
            gone.append(_choose(file, is_now - was, is_chosen=True))
    return FileChanges(tuple(same), (*gone, *known.values()), tuple(come))


def _choose(file: RowFile, numbers: set[int], *, is_chosen: bool) -> RowFile:
    """A file less some rows, or of them alone."""
    if not numbers:
        return replace(file, listed=None)
    rows = len(numbers) if is_chosen else file.rows
    listed = pl.Series(ROW_NUMBER, sorted(numbers), pl.UInt32)
    return replace(file, listed=listed, is_chosen=is_chosen, rows=rows)
