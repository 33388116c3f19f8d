"""One raw file to canonical parts, quarantine and key columns: pure, bounded, keyed by content."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException

from flows.catalog.feed_files import RawFile
from flows.catalog.ledger import Receipt, begin_reading, keep_reading, read_kept
from flows.code_version import hash_sources
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.left_out_rows import LeftOutRows
from flows.ingest.refused_headers import require_columns
from flows.ingest.refused_people import NOBODY_ERASED, Erasing
from flows.ingest.table_writer import TableWriter
from flows.readers import ROW_NUMBER, Header, RawBatch, RefusedFile, open_feed
from flows.readers.compression import compression_of
from flows.readers.formats import extension_of
from flows.storage.raw_files import raw_content
from flows.storage.sealed_folders import DamagedFile
from flows.storage.workspace_files import storage_errors
from transforms.ingest.column_mapping import index_header
from transforms.ingest.expressions import file_columns, fold


@dataclass(frozen=True)
class SameBytes:
    """Files with the same bytes that are read in the same way."""

    sha256: str
    files: tuple[RawFile, ...]

    @property
    def key(self) -> str:
        """What identifies the reading of a file: its bytes, how they are read, and by what."""
        signature = f"{self.sha256}|{name_reading(self.files[0])}|{pl.__version__}|{hash_sources()}"
        return hashlib.sha256(signature.encode()).hexdigest()[:32]


def name_reading(raw: RawFile) -> str:
    """How a file is read: by its feed's mappings, and in the format of which its name speaks."""
    path = raw.location
    return f"{raw.feed.signature}|{extension_of(path)}|{compression_of(path)}"


@dataclass(frozen=True)
class Reading:
    """What a file gave.

    Attributes:
        receipt: What was read, now or by an earlier run.
        damage: What was wrong with the reading that an earlier run had kept, so that the file was
            read again; empty where nothing was.
    """

    receipt: Receipt
    damage: str


@dataclass(frozen=True)
class Target:
    """Where readings go, and whose rows do not.

    Attributes:
        ledger: The folder with one folder per file read.
        is_anew: Whether files are read anew that the ledger has.
    """

    ledger: Path
    erasing: Erasing = NOBODY_ERASED
    is_anew: bool = False

    def has(self, same: SameBytes) -> bool:
        """Whether a file need not be read, if what is kept of it verifies."""
        return not self.is_anew and (self.ledger / same.key).is_dir()


def ingest_file(
    same: SameBytes, target: Target, require_unchanged: Callable[[], None] = lambda: None
) -> Reading:
    """Read one file into the ledger, unless the ledger has it, it verifies and that is enough.

    Args:
        require_unchanged: Called when the file is read and before anything is kept of it; raises
            where it is not what was hashed.

    Returns:
        What was read. Parts lie in `<ledger>/<key>/<table>`.

    Raises:
        RefusedFile: The file cannot be read as a whole.
        StorageFailed: The ledger cannot be written.
    """
    try:
        kept, damage = None if target.is_anew else _find_kept(same, target), ""
    except DamagedFile as found:
        kept, damage = None, str(found)
    return Reading(kept or _read_file(same, target, require_unchanged), damage)


def find_last_reading(raw: RawFile, sha256: str, target: Target) -> Receipt | None:
    """What was read of a file while it had these bytes; None where the ledger has it no more."""
    with suppress(DamagedFile):
        return _find_kept(SameBytes(sha256, (raw,)), target)
    return None


def _find_kept(same: SameBytes, target: Target) -> Receipt | None:
    kept = read_kept(target.ledger, same.key)
    if kept and kept.bears_erased and kept.keeps_facts != target.erasing.keeps_facts:
        return None
    return kept


def _read_file(same: SameBytes, target: Target, require_unchanged: Callable[[], None]) -> Receipt:
    ledger = target.ledger
    with raw_content(same.files[0].location):
        home = begin_reading(ledger, same.key)
        with storage_errors(f"writing {ledger}"):
            try:
                receipt = _write_parts(same, home, target.erasing)
            except PanicException:
                msg = "its content makes the library that reads it fail"
                hint = "write the file anew, as CSV or with other software"
                raise RefusedFile(msg, hint) from None
        require_unchanged()
    return keep_reading(ledger, home, receipt)


def _write_parts(same: SameBytes, home: Path, erasing: Erasing) -> Receipt:
    raw = same.files[0]
    opened = open_feed(raw.location, raw.feed.options, file_sha256=same.sha256)
    tables = [TableWriter(home, raw.feed, resolved, erasing) for resolved in raw.feed.mappings]
    header = opened.header.columns
    if opened.has_fixed_columns and not opened.is_empty:
        require_columns(raw.feed, header, opened.preamble)
    batches = drop_repeated(opened.batches(), raw.feed, opened.header)
    left_out = LeftOutRows(raw.feed)
    for number, (batch, is_last) in enumerate(_mark_last(batches)):
        header = tuple(name for name in batch.rows.columns if name != ROW_NUMBER)
        taken = [table.take(batch, header, number, is_last=is_last) for table in tables]
        unclaimed = _find_unclaimed(batch, taken)
        if raw.feed.source.leaves_other_rows:
            left_out.add(unclaimed)
        elif not unclaimed.is_empty():
            reason = f"no row of {tables[0].resolved.mapping.table}: its ids are empty"
            tables[0].reject_whole(unclaimed, reason, number)
    if not opened.has_fixed_columns and header:
        require_columns(raw.feed, header)
    return Receipt(
        key=same.key,
        sha256=opened.content_sha256,
        bytes=raw.location.stat().st_size,
        tables=[table.finish() for table in tables],
        notes=[*opened.notes, *left_out.note()],
        is_empty=opened.is_empty,
        columns=list(header),
        has_fixed_columns=opened.has_fixed_columns,
        keeps_facts=erasing.keeps_facts,
    )


def _mark_last(batches: Iterable[RawBatch]) -> Iterator[tuple[RawBatch, bool]]:
    before: RawBatch | None = None
    for batch in batches:
        if before is not None:
            yield before, False
        before = batch
    if before is not None:
        yield before, True


def _find_unclaimed(batch: RawBatch, taken: list[pl.Series]) -> pl.DataFrame:
    """The rows that no table of a flat file takes: they are rejected or counted, none is lost."""
    claimed = pl.concat(taken).unique() if len(taken) > 1 else taken[0]
    if claimed.len() == batch.rows.height:
        return batch.rows.clear()
    return batch.rows.filter(~pl.col(ROW_NUMBER).is_in(claimed.implode()))


def drop_repeated(
    batches: Iterable[RawBatch], feed: ConfiguredFeed, header: Header
) -> Iterator[RawBatch]:
    """The batches without the further columns of a name that a mapping means.

    Raises:
        RefusedFile: A row holds different values in two columns of such a name.
    """
    repeated = _find_meant(feed, header) if header.repeated else {}
    for batch in batches:
        for further, first in repeated.items():
            is_equal = pl.col(first).eq_missing(pl.col(further)).all()
            if not batch.rows.select(is_equal).item():
                places = [header.columns.index(name) + 1 for name in (first, further)]
                msg = (
                    f'columns {places[0]} and {places[1]} are both named "{first.strip()}" '
                    "and have different values"
                )
                hint = "give every column of the file that is mapped a name of its own"
                raise RefusedFile(msg, hint)
        yield RawBatch(batch.rows.drop(repeated), batch.broken) if repeated else batch


def _find_meant(feed: ConfiguredFeed, header: Header) -> dict[str, str]:
    """The repeated columns whose name a mapping reads -> the first of their name."""
    meant: set[str] = set()
    for resolved in feed.mappings:
        mapping = resolved.mapping
        named = index_header(header.columns, resolved)
        expressions = (*mapping.columns.values(), *mapping.members.values())
        read = {fold(c) for one in expressions for c in file_columns(one, header.columns)}
        read.update(map(fold, (*mapping.when, *mapping.unless, *mapping.unless_empty)))
        meant.update(named[name] for name in read if name in named)
    return {further: first for further, first in header.repeated.items() if first in meant}
