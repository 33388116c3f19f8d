"""Folders whose files are listed when they are written, and held against the list when read.

The list stands in a sealed receipt. A folder gets the name under which it is found when it is
written, so that what a kill left is not found; what has changed since then, or what a power cut
took, is found out when it is read. It can always be made anew, so nothing waits for the disk.
"""

import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq
from pydantic import BaseModel

from flows.storage.sealed_files import OwnRecord, seal, unseal
from flows.storage.workspace_files import keep_private

M = TypeVar("M", bound=BaseModel)
RECEIPT = "receipt.json"
BLOCK_BYTES = 1 << 22


class ListedFile(OwnRecord):
    """One file of a folder: what it must be when it is read again.

    Attributes:
        path: Relative to the folder.
        crc32: The checksum of its bytes, which no flipped bit leaves as it is.
        rows: Of a Parquet part: how many rows it has.
    """

    path: str
    bytes: int
    crc32: int
    rows: int | None = None


class DamagedFile(Exception):  # noqa: N818 - it names what was found
    """A file that is not what was written; told without any value of the data."""

    def __init__(self, path: str, problem: str) -> None:
        """Name the file, and what is the matter with it."""
        super().__init__(f"{path} {problem}")


def describe_files(home: Path) -> list[ListedFile]:
    """What each file of a folder must be when it is read again, in the order of their paths.

    Raises:
        OSError: One cannot be read back.
    """
    return [_describe_file(home, name) for name in list_files(home)]


def seal_folder(home: Path, receipt: BaseModel) -> None:
    """Write the receipt of a folder whose files are written, for their owner alone.

    Raises:
        OSError: The disk refused.
    """
    (home / RECEIPT).write_text(seal(receipt), "utf-8")
    keep_private(home)


def read_receipt(model: type[M], home: Path) -> M | None:
    """The receipt of a folder; None where there is no such folder.

    Raises:
        DamagedFile: It is missing, unreadable or not what was written.
    """
    if not home.is_dir():
        return None
    try:
        return unseal(model, (home / RECEIPT).read_bytes())
    except OSError:
        raise DamagedFile(RECEIPT, "is missing or cannot be read") from None
    except ValueError:
        raise DamagedFile(RECEIPT, "is not what was written") from None


def verify_files(home: Path, files: Iterable[ListedFile]) -> None:
    """Require the files of a folder to be those that its receipt lists.

    Raises:
        DamagedFile: One is missing, more than was written, unreadable or another.
    """
    listed = {file.path: file for file in files}
    try:
        present = {*list_files(home)}
    except OSError as error:
        raise DamagedFile(home.name, f"cannot be read ({error.strerror})") from None
    if missing := sorted(listed.keys() - present):
        raise DamagedFile(missing[0], "is missing")
    if unknown := sorted(present - listed.keys()):
        raise DamagedFile(unknown[0], "is not its own")
    for file in listed.values():
        _verify_file(home, file)


def list_files(home: Path) -> list[str]:
    """The files of a folder but its receipt, by their paths in it and in the order of these.

    Raises:
        OSError: A folder of it cannot be read.
    """
    found: list[str] = []
    top = len(str(home)) + 1
    for folder, _, names in os.walk(home, onerror=_refuse):
        within = f"{folder[top:]}/".lstrip("/")
        found += [within + name for name in names if name != RECEIPT]
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise error


def _describe_file(home: Path, name: str) -> ListedFile:
    path = home / name
    rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None
    length, checksum = _measure(str(path))
    return ListedFile(path=name, bytes=length, crc32=checksum, rows=rows)


def _verify_file(home: Path, listed: ListedFile) -> None:
    try:
        found = _measure(f"{home}/{listed.path}")
    except OSError as error:
        raise DamagedFile(listed.path, f"cannot be read ({error.strerror})") from None
    if found != (listed.bytes, listed.crc32):
        raise DamagedFile(listed.path, "is not what was written")


def _measure(path: str) -> tuple[int, int]:
    """Length and CRC-32 of a file's bytes: faster than SHA-256, and no flipped bit escapes it."""
    length, checksum = 0, 0
    handle = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(handle).st_size
        while block := os.read(handle, min(BLOCK_BYTES, max(size - length, 0) + 1)):
            length += len(block)
            checksum = zlib.crc32(block, checksum)
    finally:
        os.close(handle)
    return length, checksum
