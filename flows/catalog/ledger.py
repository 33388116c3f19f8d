"""The ledger of files read: one folder a reading, believed only as far as it verifies (SPEC §8).

A reading's receipt lists every file of it with length, checksum and rows, and ends with its own
hash. All of it is flushed to the disk before the folder gets the name under which it is found, so
that what is found is whole; what has changed since then is found out when it is read.
"""

import errno
import os
import secrets
import zlib
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq
from pydantic import BaseModel

from flows.catalog.receipts import KeptFile, Receipt
from flows.errors import StorageFailed
from flows.storage.sealed_files import seal, unseal
from flows.storage.workspace_files import (
    PRIVATE_FOLDER,
    make_folder,
    remove_tree,
    settle_tree,
    storage_errors,
)

M = TypeVar("M", bound=BaseModel)
RECEIPT = "receipt.json"
READING = ".reading"
BLOCK_BYTES = 1 << 22


class DamagedReading(Exception):  # noqa: N818 - it names what was found
    """A reading that is not what was written; told without any value of the data."""

    def __init__(self, path: str, problem: str) -> None:
        """Name the file of the reading, and what is the matter with it."""
        super().__init__(f"{path} {problem}")


def begin_reading(ledger: Path, key: str) -> Path:
    """Make the folder into which a file is read; what lay under its key is removed.

    Its name is never used twice: an attempt that is thought dead may still be writing.
    """
    with storage_errors(f"making room in {ledger}"):
        make_folder(ledger)
        remove_tree(ledger / key)
        home = ledger / f"{key}-{secrets.token_hex(4)}{READING}"
        home.mkdir(mode=PRIVATE_FOLDER)
    return home


def keep_reading(ledger: Path, home: Path, receipt: Receipt) -> Receipt:
    """Put a reading into the ledger: list its files, flush them, and give the folder its name.

    Args:
        ledger: The ledger's folder.
        home: The folder from `begin_reading`, every part written.
        receipt: What was read.

    Returns:
        The receipt with the list of files.

    Raises:
        StorageFailed: The disk refused, or did not give back what was written.
    """
    with storage_errors(f"writing {ledger}"):
        files = [describe_file(home, name) for name in list_files(home)]
        whole = receipt.model_copy(update={"files": files})
        _require_all_rows(whole)
        (home / RECEIPT).write_text(seal(whole), "utf-8")
        settle_tree(home)
        _move_in(home, ledger / receipt.key)
    return whole


def _move_in(home: Path, place: Path) -> None:
    """Give a reading its name, unless another attempt at the same reading has just had it."""
    try:
        home.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        remove_tree(home)


def read_kept(ledger: Path, key: str) -> Receipt | None:
    """The receipt of a reading whose every file verifies; None if there is no such reading.

    Raises:
        DamagedReading: Something of it is missing, unreadable or not what was written.
    """
    home = ledger / key
    if not home.is_dir():
        return None
    receipt = _read_receipt(home, key)
    listed = {file.path: file for file in receipt.files}
    try:
        present = {*list_files(home)}
    except OSError as error:
        raise DamagedReading(key, f"cannot be read ({error.strerror})") from None
    if missing := sorted(listed.keys() - present):
        raise DamagedReading(missing[0], "is missing")
    if unknown := sorted(present - listed.keys()):
        raise DamagedReading(unknown[0], "is not its own")
    for file in receipt.files:
        verify_file(home, file)
    return receipt


def _require_all_rows(receipt: Receipt) -> None:
    """Refuse a reading whose files do not hold the rows that were written.

    Raises:
        StorageFailed: A part has more or fewer rows.
    """
    for got in receipt.tables:
        for name, rows in (("part-", got.valid), ("rejected-", got.rejected)):
            parts = [f for f in receipt.files if f.path.startswith(f"{got.table}/{name}")]
            if sum(part.rows or 0 for part in parts) != rows:
                msg = f"storage failed: the ledger's parts of {got.table} lack rows just written"
                raise StorageFailed(msg, "Run again; if it happens again, check the disk.")


def list_readings(ledger: Path) -> list[str]:
    """The keys of the readings that the ledger has, in order."""
    if not ledger.is_dir():
        return []
    return sorted(p.name for p in ledger.iterdir() if p.is_dir() and p.suffix != READING)


def _read_receipt(home: Path, key: str) -> Receipt:
    receipt = read_sealed(Receipt, home / RECEIPT)
    if receipt.key != key:
        raise DamagedReading(RECEIPT, "is another reading's")
    return receipt


def read_sealed(model: type[M], path: Path) -> M:
    """What a sealed record in a file says.

    Raises:
        DamagedReading: It is missing, unreadable or not what was written.
    """
    try:
        return unseal(model, path.read_bytes())
    except OSError:
        raise DamagedReading(path.name, "is missing or cannot be read") from None
    except ValueError:
        raise DamagedReading(path.name, "is not what was written") from None


def verify_file(home: Path, said: KeptFile) -> None:
    """Require a file of a reading to be what was written.

    Raises:
        DamagedReading: It is not, or cannot be read.
    """
    try:
        found = _measure(f"{home}/{said.path}")
    except OSError as error:
        raise DamagedReading(said.path, f"cannot be read ({error.strerror})") from None
    if found != (said.bytes, said.crc32):
        raise DamagedReading(said.path, "is not what was written")


def describe_file(home: Path, name: str) -> KeptFile:
    """What a file of a reading must be when it is read again."""
    path = home / name
    rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None
    length, checksum = _measure(str(path))
    return KeptFile(path=name, bytes=length, crc32=checksum, rows=rows)


def list_files(home: Path) -> list[str]:
    """The files of a reading but its receipt, by their paths in it and in the order of these.

    Raises:
        OSError: A folder of it cannot be read.
    """
    found: list[str] = []
    top = len(str(home)) + 1
    for folder, _, names in os.walk(home, onerror=_raise):
        within = f"{folder[top:]}/".lstrip("/")
        found += [within + name for name in names if name != RECEIPT]
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


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
