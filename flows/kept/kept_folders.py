"""Folders of intermediate results, found by the hash of what decides them, verified when read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.manifest import Warned
from flows.kept.identities import identify
from flows.storage.sealed_files import OwnRecord
from flows.storage.sealed_folders import (
    RECEIPT,
    DamagedFile,
    ListedFile,
    describe_files,
    read_receipt,
    seal_folder,
    verify_files,
)
from flows.storage.workspace_files import (
    PRIVATE_FOLDER,
    hash_file,
    make_folder,
    remove_tree,
    storage_errors,
)

DRAFT = ".keeping"


class KeptReceipt(OwnRecord):
    """What a kept folder holds.

    Attributes:
        code: The code and its libraries that wrote it; earlier ones did not say.
        identity: What its content is: of equal content, equal.
    """

    key: str
    code: str = ""
    identity: str
    files: list[ListedFile]


@dataclass
class KeptFolder:
    """The files of a step's result.

    Attributes:
        compute: Writes them anew, where they do not verify.
    """

    home: Path
    receipt: KeptReceipt
    compute: Callable[[str], KeptReceipt]
    is_verified: bool

    @property
    def identity(self) -> str:
        """What its content is."""
        return self.receipt.identity

    def open(self) -> Path:
        """The folder, its files verified; what does not verify is computed anew."""
        if not self.is_verified:
            try:
                verify_files(self.home, self.receipt.files)
            except DamagedFile as damage:
                self.receipt = self.compute(str(damage))
            self.is_verified = True
        return self.home


def begin_folder(home: Path) -> Path:
    """Make the folder into which a result is written; what lay there goes."""
    with storage_errors(f"making room in {home.parent}"):
        make_folder(home.parent)
        draft = home.with_name(f"{home.name}{DRAFT}")
        remove_tree(draft)
        remove_tree(home)
        draft.mkdir(mode=PRIVATE_FOLDER)
    return draft


def keep_folder(home: Path, key: str, code: str, identity: str | None) -> KeptReceipt:
    """Give a folder that is written the name under which it is found.

    Args:
        identity: What its content is; None has its files hashed.

    Raises:
        StorageFailed: The disk refused.
    """
    draft = home.with_name(f"{home.name}{DRAFT}")
    with storage_errors(f"writing {home.parent}"):
        files = describe_files(draft)
        content = identity or identify([(one.path, hash_file(draft / one.path)) for one in files])
        receipt = KeptReceipt(key=key, code=code, identity=content, files=files)
        seal_folder(draft, receipt)
        draft.rename(home)
    return receipt


def warn_of_damage(name: str, damage: str) -> Warned:
    """Say that a step or report is computed anew, since what was kept of it did not verify."""
    message = f"{name}: computed anew, since of what was kept {damage}"
    return Warned(code="kept_damaged", message=message)


def find_kept(home: Path, key: str) -> KeptReceipt | None:
    """The receipt of a kept folder; None where there is no such folder.

    Raises:
        DamagedFile: The receipt is missing or not what was written.
    """
    receipt = read_receipt(KeptReceipt, home)
    if receipt is not None and receipt.key != key:
        raise DamagedFile(RECEIPT, "is another result's")
    return receipt


def find_damaged_folders(homes: Path) -> Iterator[tuple[Path, str]]:
    """The kept folders that are not what was written, and what is the matter with each."""
    if not homes.is_dir():
        return
    for home in sorted(one for one in homes.iterdir() if one.is_dir() and DRAFT not in one.name):
        try:
            receipt = find_kept(home, home.name.rpartition("-")[-1])
            if receipt is not None:
                verify_files(home, receipt.files)
        except DamagedFile as damage:
            yield home, str(damage)
