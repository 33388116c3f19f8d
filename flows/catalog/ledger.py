"""The ledger of files read: one folder a reading, believed only as far as it verifies (SPEC §8)."""

import errno
import secrets
from pathlib import Path

from flows.catalog.receipts import Receipt
from flows.errors import StorageFailed
from flows.storage.sealed_folders import (
    RECEIPT,
    DamagedFile,
    describe_files,
    read_receipt,
    seal_folder,
    verify_files,
)
from flows.storage.workspace_files import (
    PRIVATE_FOLDER,
    make_folder,
    remove_tree,
    storage_errors,
)

READING = ".reading"


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
        whole = receipt.model_copy(update={"files": describe_files(home)})
        _require_all_rows(whole)
        seal_folder(home, whole)
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
        DamagedFile: Something of it is missing, unreadable or not what was written.
    """
    home = ledger / key
    receipt = read_receipt(Receipt, home)
    if receipt is None:
        return None
    if receipt.key != key:
        raise DamagedFile(RECEIPT, "is another reading's")
    verify_files(home, receipt.files)
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
