"""The ledger of files read: one folder a reading, believed only as far as it verifies (SPEC §8).

A receipt lies beside the parts of each: what reading the file gave.
"""

import errno
import secrets
from collections import Counter
from pathlib import Path

from pydantic import BaseModel

from contracts.erasures import ERASED
from flows.errors import StorageFailed
from flows.storage.sealed_folders import (
    RECEIPT,
    DamagedFile,
    ListedFile,
    describe_files,
    read_receipt,
    seal_folder,
    verify_files,
)
from flows.storage.workspace_files import PRIVATE_FOLDER, make_folder, remove_tree, storage_errors

READING = ".reading"


class TableReceipt(BaseModel):
    """What one table got from a file."""

    table: str
    rows_read: int = 0
    valid: int = 0
    rejected: int = 0
    reasons: Counter[str] = Counter()
    event_types: Counter[str] = Counter()
    """Event type -> rows that bear it."""
    platforms: Counter[str] = Counter()
    """Ad platform -> rows that bear it."""
    first_at: str | None = None
    """When its first row happened: a day, or an instant in UTC, in ISO 8601."""
    last_at: str | None = None
    scopes: list[str] = []
    """Of events: what names their sends."""
    own_channels: list[str] = []
    """The channels of the user's own that event types may name, in the order of their codes."""
    equal_rows: int = 0
    """Where rows of one key add up: those that say, cell by cell, what one before them says."""
    days_alone: int = 0
    """Rows that say on which day they happened, and not when."""
    local_stamps: int = 0
    """Stamps of when a row happened that carry no offset, where no setting says their zone."""
    days_of_either_order: int = 0
    """Rows whose day is read with the month first, and could be read with the day first."""
    days_of_sure_order: int = 0
    """Rows whose day can be read with the month first alone."""
    points_of_either_meaning: int = 0
    """Numbers whose point is read as decimal, and could group thousands."""
    are_points_shown: bool = False
    """Whether a number shows that points are decimal."""
    odd_addresses: int = 0
    """Cells of e-mail addresses that hold more than one bare address."""
    bared_ids: Counter[str] = Counter()
    """Column -> its ids that had blanks around them or stood in a formula."""
    bounce_kinds: Counter[str] = Counter()
    """The kind of a bounce that is neither hard nor soft -> its rows."""
    totals: Counter[str] = Counter()
    """A word for totals -> the rows at the file's start or end that it names."""
    more_than_sent: int = 0
    """Rows of a provider's summary with more people or deliveries than there can be."""
    pivot_sums: Counter[str] = Counter()
    """A pivot table's word for all -> ad figures under it that add up others of their day."""
    forgotten: int = 0
    """Rows of people who were erased that are kept without any id."""
    by_email: bool = False
    """Whether a row names its contact by e-mail address alone."""

    def in_order(self) -> "TableReceipt":
        """The same, words in their order and reasons by how often they were met."""
        counts = {name: Counter(dict(sorted(n.items()))) for name, n in self if type(n) is Counter}
        reasons = Counter(dict(self.reasons.most_common()))
        return self.model_copy(update={**counts, "reasons": reasons})


class Receipt(BaseModel):
    """What reading one file gave; its parts lie beside it in the ledger's folder."""

    key: str
    sha256: str
    bytes: int
    tables: list[TableReceipt]
    notes: list[str] = []
    is_empty: bool = False
    columns: list[str] = []
    """The file's columns; of JSON, those that any record has."""
    has_fixed_columns: bool = True
    """Whether every row has the same columns, as those of JSON need not."""
    keeps_facts: bool = False
    """Whether facts of people who were erased are kept without any id, where it has such."""
    files: list[ListedFile] = []
    """Every file of the reading, in the order of their paths."""

    @property
    def bears_erased(self) -> bool:
        """Whether any of its rows is one of a person who was erased."""
        return any(got.forgotten or got.reasons.get(ERASED) for got in self.tables)


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
    """Put a reading into the ledger: list its files, and give the folder its name.

    Args:
        home: The folder from `begin_reading`, every part written.

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
