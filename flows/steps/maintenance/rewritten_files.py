"""Raw files that bear a person, written anew without the person's records.

What replaces a file of the workspace is part of the erasure that one rename decides. An object of a
feed in a store lies outside of that: it is replaced last, by a conditional request. Whatever keeps
it from being replaced, its rows are refused from then on, and the same command tries again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from contracts.erasures import ERASED, Erasures, IdentifierKind
from flows.catalog.feed_files import RawFile
from flows.catalog.read_files import ReadFile
from flows.errors import DataRefused, StorageFailed
from flows.readers import ROW_NUMBER
from flows.readers.rewriting import WrongRecordError, write_without
from flows.steps.reading.read_feeds import FeedsRead
from flows.storage.erasing.erased_files import StagedErasure
from flows.storage.layout import Layout
from flows.storage.raw_files import raw_content, replace_raw
from flows.storage.workspace_files import hash_file, make_folder, storage_errors
from transforms.common.erased_rows import is_erased

FAILED = "failed_checks"
OBJECTS = "objects"
REPEAT = "Run the command again; until then the rows of this person are refused."


@dataclass(frozen=True)
class PersonFile:
    """A raw file that bears the person, and the numbers of the records that do."""

    file: ReadFile
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class RewrittenRaw:
    """Raw files that were written anew, beside what they are to replace.

    Attributes:
        hashes: Of the new files.
        before: Path of each that lies in the workspace -> the hash of what was read.
        objects: Each that is an object of a store, and the file that is to replace it.
    """

    hashes: list[str] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    objects: list[tuple[RawFile, Path]] = field(default_factory=list)


def find_person_files(
    read: FeedsRead, person: Erasures, *, refused_too: bool
) -> Iterator[PersonFile]:
    """The raw files whose rows, accepted or rejected, bear the person.

    Args:
        refused_too: Whether rows count that are refused for an earlier erasure: whose they are is
            not kept.
    """
    for file in read.catalog.files:
        numbers: set[int] = set()
        for part in sorted(file.folder.rglob("*.parquet")):
            if part.name.startswith(("part-", "rejected-")):
                rows = pl.read_parquet(part)
                bears = is_erased(rows.schema, person)
                if refused_too and FAILED in rows.columns:
                    bears |= pl.col(FAILED).list.contains(ERASED)
                numbers |= {*rows.filter(bears).get_column(ROW_NUMBER)}
        if numbers:
            yield PersonFile(file, tuple(sorted(numbers)))


def rewrite_raw(
    person_files: Iterable[PersonFile], everybody: Erasures, staged: StagedErasure
) -> RewrittenRaw:
    """Write raw files anew without the person; nothing is replaced yet.

    Args:
        everybody: Whom no record that is left may bear.
        staged: Where the files of the workspace are written anew.

    Raises:
        DataRefused: A file is not any more as it was read.
        StorageFailed: The disk or a store refused.
    """
    rewritten = RewrittenRaw()
    beside = make_folder(Layout(staged.root).staging) / OBJECTS
    for at, found_in in enumerate(_join_feeds(person_files)):
        raw = found_in.file.raw
        with storage_errors(f"writing {raw.path} anew"):
            if raw.home == staged.root:
                draft = staged.place(staged.root / raw.path)
                rewritten.before[raw.path] = found_in.file.sha256
            else:
                draft = make_folder(beside / str(at)) / raw.location.name
                rewritten.objects.append((raw, draft))
            _write_anew(found_in, everybody, draft)
            draft.chmod(raw.location.stat().st_mode & 0o777)
            rewritten.hashes.append(hash_file(draft))
    return rewritten


def replace_objects(rewritten: RewrittenRaw) -> None:
    """Replace the objects of stores by what was written anew.

    Raises:
        DataRefused: One is not any more what was read.
        StorageFailed: The store refused.
    """
    for at, (raw, draft) in enumerate(rewritten.objects):
        left = len(rewritten.objects) - at
        further = f", and with it {left - 1} more," if left > 1 else ""
        try:
            replace_raw(raw.location, draft)
        except FileNotFoundError:
            msg = f"{raw.path}{further} still bears the person: it was changed meanwhile"
            raise DataRefused(msg, REPEAT) from None
        except StorageFailed as error:
            msg = f"{raw.path}{further} still bears the person: {error.message}"
            raise StorageFailed(msg, f"{error.hint} {REPEAT}") from None
        draft.unlink()


def _join_feeds(person_files: Iterable[PersonFile]) -> list[PersonFile]:
    """Each file once, however many feeds read it."""
    joined: dict[str, PersonFile] = {}
    for one in person_files:
        known = joined.setdefault(one.file.raw.path, one)
        numbers = tuple(sorted({*known.numbers, *one.numbers}))
        joined[one.file.raw.path] = replace(known, numbers=numbers)
    return list(joined.values())


def _write_anew(found_in: PersonFile, everybody: Erasures, draft: Path) -> None:
    raw = found_in.file.raw
    try:
        with raw_content(raw.location):
            write_without(
                raw.location,
                raw.feed.options,
                found_in.numbers,
                draft,
                lambda record: everybody.says(None, record, IdentifierKind),
            )
    except (WrongRecordError, FileNotFoundError) as error:
        msg = f"{raw.path} was changed while it was read: nothing was erased"
        raise DataRefused(msg, "Run the command again.") from error
