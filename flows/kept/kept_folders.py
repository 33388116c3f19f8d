"""Folders of intermediate results, found by the hash of what decides them, and verified when read.

A folder's receipt lists its files with length and checksum and ends with its own hash; all of it is
flushed to the disk before the folder gets the name under which it is found.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from flows.catalog.ledger import (
    DamagedReading,
    describe_file,
    list_files,
    read_sealed,
    verify_file,
)
from flows.catalog.receipts import KeptFile
from flows.kept.identities import identify
from flows.storage.sealed_files import seal
from flows.storage.workspace_files import (
    PRIVATE_FOLDER,
    hash_file,
    make_folder,
    remove_tree,
    settle_tree,
    storage_errors,
    sync,
)

RECEIPT = "receipt.json"
DRAFT = ".keeping"


class KeptReceipt(BaseModel):
    """What a kept folder holds.

    Attributes:
        key: The hash of all that decides it.
        code: The code and its libraries that wrote it; earlier ones did not say.
        identity: What its content is: of equal content, equal.
        files: Its files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    code: str = ""
    identity: str
    files: list[KeptFile]


@dataclass
class KeptFolder:
    """The files of a step's result.

    Attributes:
        home: Where they lie.
        receipt: What they are.
        compute: Writes them anew, where they do not verify.
    """

    home: Path
    receipt: KeptReceipt
    compute: Callable[[str], KeptReceipt]
    is_verified: bool = False

    @property
    def identity(self) -> str:
        """What its content is."""
        return self.receipt.identity

    def open(self) -> Path:
        """The folder, its files verified; what does not verify is computed anew."""
        if not self.is_verified:
            try:
                verify_folder(self.home, self.receipt)
            except DamagedReading as damage:
                self.receipt = self.compute(str(damage))
            self.is_verified = True
        return self.home


def begin_folder(home: Path) -> Path:
    """Make the folder into which a result is written; what lay there goes.

    Args:
        home: Where the folder will be found.
    """
    with storage_errors(f"making room in {home.parent}"):
        make_folder(home.parent)
        draft = home.with_name(f"{home.name}{DRAFT}")
        remove_tree(draft)
        remove_tree(home)
        draft.mkdir(mode=PRIVATE_FOLDER)
    return draft


def keep_folder(home: Path, key: str, code: str, identity: str | None = None) -> KeptReceipt:
    """Give a folder that is written the name under which it is found.

    Args:
        home: Where it will be found.
        key: The hash of all that decides it.
        code: The code and its libraries that wrote it.
        identity: What its content is; the hash of its files if not given.

    Raises:
        StorageFailed: The disk refused.
    """
    draft = home.with_name(f"{home.name}{DRAFT}")
    with storage_errors(f"writing {home.parent}"):
        files = [describe_file(draft, name) for name in list_files(draft)]
        content = identity or hash_files(draft)
        receipt = KeptReceipt(key=key, code=code, identity=content, files=files)
        (draft / RECEIPT).write_text(seal(receipt), "utf-8")
        settle_tree(draft)
        draft.rename(home)
        sync(home.parent)
    return receipt


def hash_files(folder: Path) -> str:
    """The hash of a folder's files, their names among it."""
    return identify([(name, hash_file(folder / name)) for name in list_files(folder)])


def read_receipt(home: Path, key: str) -> KeptReceipt | None:
    """The receipt of a kept folder; None where there is no such folder.

    Raises:
        DamagedReading: The receipt is missing or not what was written.
    """
    if not home.is_dir():
        return None
    receipt = read_sealed(KeptReceipt, home / RECEIPT)
    if receipt.key != key:
        raise DamagedReading(RECEIPT, "is another result's")
    return receipt


def verify_folder(home: Path, receipt: KeptReceipt) -> None:
    """Require every file of a kept folder to be what was written.

    Raises:
        DamagedReading: One is missing, more than was written, unreadable or another.
    """
    listed = {file.path for file in receipt.files}
    if differing := sorted(listed.symmetric_difference(list_files(home))):
        problem = "is missing" if differing[0] in listed else "is not its own"
        raise DamagedReading(differing[0], problem)
    for file in receipt.files:
        verify_file(home, file)


def find_damaged_folders(homes: Path) -> Iterator[tuple[Path, str]]:
    """The kept folders that are not what was written, and what is the matter with each.

    Args:
        homes: Where results are kept.
    """
    if not homes.is_dir():
        return
    for home in sorted(one for one in homes.iterdir() if one.is_dir() and DRAFT not in one.name):
        try:
            receipt = read_receipt(home, home.name.rpartition("-")[-1])
            if receipt is not None:
                verify_folder(home, receipt)
        except DamagedReading as damage:
            yield home, str(damage)
