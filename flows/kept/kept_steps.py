"""Steps whose results are kept: computed only where something that decides them has changed.

A step's key is the hash of the code and its libraries, of the step's name and of its inputs, each
of which says what it is. A step may read nothing but these inputs; a catalog is cut down to the
tables that a step may read (`Catalog.only`), so that no table can decide a result unseen.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from contracts.manifest import Warned
from flows.cluster.workers import THREADS, Workers
from flows.kept.identities import identify
from flows.kept.keepers import Keeper, WriteDrafts, Written
from flows.kept.kept_folders import (
    DRAFT,
    KeptFolder,
    KeptReceipt,
    begin_folder,
    find_kept,
    keep_folder,
    warn_of_damage,
)
from flows.storage.sealed_folders import DamagedFile, verify_files
from flows.storage.workspace_files import remove_tree, storage_errors


@dataclass
class KeptSteps(Keeper):
    """The folders of results that a run takes over from those before it, and keeps for the next.

    Attributes:
        code: The code and its libraries: results of others are not taken over.
        warnings: What did not verify.
    """

    home: Path
    code: str
    workers: Workers = THREADS
    used: set[str] = field(default_factory=set)
    warnings: list[Warned] = field(default_factory=list)

    def folders(
        self, name: str, inputs: Sequence[Iterable[object]], write: WriteDrafts
    ) -> list[KeptFolder]:
        """The files of several results of a step; each taken over or written by itself."""
        keys = [identify(self.code, name, [*of]) for of in inputs]
        homes = [self.home / f"{_stem(name)}-{key}" for key in keys]
        self.used |= {home.name for home in homes}

        def compute(places: Iterable[int]) -> dict[int, KeptReceipt]:
            kept: dict[int, KeptReceipt] = {}

            def keep(written: Written) -> None:
                at, identity = written
                kept[at] = keep_folder(homes[at], keys[at], self.code, identity)

            write([(at, begin_folder(homes[at])) for at in places], keep)
            return kept

        def compute_again(at: int, damage: str) -> KeptReceipt:
            self.warnings.append(warn_of_damage(name, damage))
            return compute([at])[at]

        found = [self._find(name, home, key) for home, key in zip(homes, keys, strict=True)]
        made = compute([at for at, receipt in enumerate(found) if receipt is None])
        return [
            KeptFolder(
                home, receipt or made[at], partial(compute_again, at), is_verified=at in made
            )
            for at, (home, receipt) in enumerate(zip(homes, found, strict=True))
        ]

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        """What runs before left of a step, by this very code, the latest first."""
        homes = [one for one in self.home.glob(f"{_stem(name)}-*") if DRAFT not in one.name]
        for home in sorted(homes, key=lambda one: one.stat().st_mtime, reverse=True):
            receipt = self._find(name, home, home.name.removeprefix(f"{_stem(name)}-"))
            if receipt is None or receipt.code != self.code:
                continue
            try:
                verify_files(home, receipt.files)
            except DamagedFile as damage:
                self.warnings.append(warn_of_damage(name, str(damage)))
            else:
                yield receipt.identity, home

    def _find(self, name: str, home: Path, key: str) -> KeptReceipt | None:
        try:
            return find_kept(home, key)
        except DamagedFile as damage:
            self.warnings.append(warn_of_damage(name, str(damage)))
        return None

    def drop_unused(self) -> None:
        """Drop the folders that have newer results, after a run is published.

        What belongs to a step that had nothing to do in this run stays for the next.

        Raises:
            StorageFailed: The disk refused.
        """
        steps = {used.rpartition("-")[0] for used in self.used}
        with storage_errors(f"cleaning {self.home}"):
            for one in self.home.iterdir() if self.home.is_dir() else ():
                step, _, key = one.name.rpartition("-")
                is_outdated = step in steps or not self._is_ours(one, key)
                if one.is_dir() and one.name not in self.used and is_outdated:
                    remove_tree(one)

    def _is_ours(self, home: Path, key: str) -> bool:
        """Whether a folder holds a result of this very code."""
        try:
            receipt = find_kept(home, key)
        except DamagedFile:
            return False
        return receipt is not None and receipt.code == self.code


def _stem(name: str) -> str:
    return name.replace(" ", "_")
