"""Steps whose results are kept: computed only where something that decides them has changed.

A step's key is the hash of the code and its libraries, of the step's name and of its inputs, each
of which says what it is. A step may read nothing but these inputs; a catalog is cut down to the
tables that a step may read (`Catalog.only`), so that no table can decide a result unseen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from contracts.manifest import Check, OutputTable, Warned
from flows.folders import list_matching_below
from flows.kept.identities import identify
from flows.kept.keepers import WriteDrafts, Written, write_alone
from flows.kept.kept_folders import (
    DRAFT,
    KeptFolder,
    KeptReceipt,
    begin_folder,
    find_kept,
    keep_folder,
)
from flows.kept.kept_reports import (
    KeptReport,
    RunRecord,
    find_damage,
    link_files,
    read_run_record,
    select_parts,
    write_run_record,
)
from flows.storage.sealed_folders import DamagedFile, verify_files
from flows.storage.workspace_files import remove_tree, storage_errors

TABLES = "*.parquet"
NO_TABLES = frozenset({"quarantine", "scratch"})
"""Folders of a snapshot being written that hold no table of it."""


@dataclass
class KeptSteps:
    """What a run takes over from those before it, and keeps for the next.

    Attributes:
        root: The workspace.
        home: Where results are kept.
        staging: The snapshot being written.
        code: The code and its libraries: results of others are not taken over.
        before: What the published run wrote; None where nothing can be taken over.
        outputs: The table files of the published snapshot.
        used: The kept folders that this run used.
        reports: What the reports of this run wrote.
        linked: Table files that are hard links to those of the published snapshot.
        warnings: What did not verify.
    """

    root: Path
    home: Path
    staging: Path
    code: str
    before: RunRecord | None = None
    outputs: dict[str, OutputTable] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    reports: dict[str, KeptReport] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    warnings: list[Warned] = field(default_factory=list)

    @classmethod
    def begin(cls, root: Path, home: Path, staging: Path, code: str) -> "KeptSteps":
        """Take over what the published run kept, if this very code wrote it."""
        before, outputs = read_run_record(root, home)
        steps = cls(root, home, staging, code, outputs=dict(outputs))
        if before is not None and before.code != code:
            steps.warnings.append(
                Warned(
                    code="rebuilt",
                    message="all tables were computed anew, because the program or a library of "
                    "it is another than that which made the snapshot before",
                )
            )
        elif before is not None:
            steps.before = before
        return steps

    def folder(
        self, name: str, inputs: Iterable[object], write: Callable[[Path], str | None]
    ) -> KeptFolder:
        """The files that a step writes; taken over where its inputs are those of a run before.

        Args:
            name: The step.
            inputs: All that decides its result.
            write: Writes the files into a folder; returns what they are, where that is not the
                hash of their bytes.
        """
        return self.folders(name, [inputs], partial(write_alone, write))[0]

    def folders(
        self, name: str, inputs: Sequence[Iterable[object]], write: WriteDrafts
    ) -> list[KeptFolder]:
        """The files of several results of a step; each taken over or written by itself.

        Args:
            name: The step.
            inputs: All that decides each result.
            write: Writes those that are not there.
        """
        keys = [identify(self.code, name, [*of]) for of in inputs]
        homes = [self.home / f"{name.replace(' ', '_')}-{key}" for key in keys]
        self.used |= {home.name for home in homes}

        def compute(places: Iterable[int]) -> dict[int, KeptReceipt]:
            # Each waits for the disk: together they wait once, and beside what is being written.
            with ThreadPoolExecutor() as pool:
                kept: dict[int, Future[KeptReceipt]] = {}

                def keep(written: Written) -> None:
                    at, identity = written
                    kept[at] = pool.submit(keep_folder, homes[at], keys[at], self.code, identity)

                write([(at, begin_folder(homes[at])) for at in places], keep)
            return {at: receipt.result() for at, receipt in kept.items()}

        def compute_again(at: int, damage: str) -> KeptReceipt:
            self._warn(name, damage)
            return compute([at])[at]

        found = [self._find(name, home, key) for home, key in zip(homes, keys, strict=True)]
        made = compute([at for at, receipt in enumerate(found) if receipt is None])
        return [
            KeptFolder(
                home, receipt or made[at], partial(compute_again, at), is_verified=at in made
            )
            for at, (home, receipt) in enumerate(zip(homes, found, strict=True))
        ]

    def _find(self, name: str, home: Path, key: str) -> KeptReceipt | None:
        try:
            return find_kept(home, key)
        except DamagedFile as damage:
            self._warn(name, str(damage))
        return None

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        """What runs before left of a step, by this very code: what it is, and its folder, verified.

        A step whose result follows from an earlier one and from what has changed since then starts
        from it. What its inputs were, the step must have written beside it.

        Args:
            name: The step.
        """
        stem = name.replace(" ", "_")
        homes = [one for one in self.home.glob(f"{stem}-*") if DRAFT not in one.name]
        for home in sorted(homes, key=lambda one: one.stat().st_mtime, reverse=True):
            try:
                receipt = find_kept(home, home.name.removeprefix(f"{stem}-"))
                if receipt is None or receipt.code != self.code:
                    continue
                verify_files(home, receipt.files)
            except DamagedFile as damage:
                self._warn(name, str(damage))
            else:
                yield receipt.identity, home

    def report(
        self, name: str, inputs: Iterable[object], write: Callable[[], list[Check]]
    ) -> list[Check]:
        """Have report tables in the snapshot; linked where their inputs are those of the last run.

        Args:
            name: What is written, unique within a run.
            inputs: All that decides it.
            write: Writes the tables into the snapshot.

        Returns:
            What was checked of them.
        """
        key = identify(self.code, name, [*inputs])
        report = self._take_over(name, key)
        if report is None:
            there = self._list_staged()
            checks = write()
            for part in select_parts(name, self.reports).values():
                there |= part.files.keys()
            files = dict.fromkeys(sorted(self._list_staged() - there), "")
            report = KeptReport(key=key, files=files, checks=checks)
        self.reports[name] = report
        return report.checks

    def parts(
        self,
        inputs: Mapping[str, Iterable[object]],
        write: Callable[[list[str]], Mapping[str, list[Check]]],
    ) -> list[Check]:
        """Have the files of a table in the snapshot, each linked where its own inputs are the same.

        Args:
            inputs: `<report>/<path>` of each file, without suffix -> all that decides it. They are
                parts of the report whose name they begin with, and taken over with it.
            write: Writes those that it is given, and tells what was checked of each.

        Returns:
            What was checked, in the order of the files.
        """
        keys = {path: identify(self.code, path, [*of]) for path, of in inputs.items()}
        found = {path: self._take_over(path, key) for path, key in keys.items()}
        written = write([path for path, report in found.items() if report is None])
        for path, key in keys.items():
            self.reports[path] = found[path] or KeptReport(
                key=key, files={f"{path}.parquet": ""}, checks=written[path]
            )
        return [check for path in keys for check in self.reports[path].checks]

    def warn(
        self, name: str, inputs: Iterable[object], find: Callable[[], Iterable[Warned]]
    ) -> list[Warned]:
        """What a person should look at; known where the inputs are those of the last run.

        Args:
            name: What is looked at, unique within a run and no report's.
            inputs: All that decides the warnings.
            find: Finds them.
        """
        key = identify(self.code, name, [*inputs])
        before = self.before.reports.get(name) if self.before else None
        if before is None or before.key != key:
            before = KeptReport(key=key, warnings=[*find()])
        self.reports[name] = before
        return before.warnings

    def list_linked(self) -> dict[str, OutputTable]:
        """Path in the snapshot -> what is known of the file that is linked there."""
        return {path: self.outputs[path] for path in sorted(self.linked)}

    def keep(self, run_id: str, outputs: Iterable[OutputTable]) -> None:
        """Keep for the next run what this one wrote, before it is published.

        Raises:
            StorageFailed: The disk refused.
        """
        place = f"reports/snapshots/{run_id}/"
        hashes = {one.path.removeprefix(place): one.sha256 for one in outputs}
        reports = {
            name: one.model_copy(update={"files": {path: hashes[path] for path in one.files}})
            for name, one in self.reports.items()
        }
        write_run_record(
            self.root, self.home, RunRecord(run_id=run_id, code=self.code, reports=reports)
        )

    def drop_unused(self, run_id: str) -> None:
        """Drop what has newer results, after a run is published.

        What belongs to a step that had nothing to do in this run stays for the next.

        Raises:
            StorageFailed: The disk refused.
        """
        with storage_errors(f"cleaning {self.home}"):
            for one in self.home.iterdir() if self.home.is_dir() else ():
                is_past_record = one.is_file() and run_id not in one.name
                if is_past_record or (one.is_dir() and self._is_outdated(one.name)):
                    remove_tree(one)

    def _is_outdated(self, name: str) -> bool:
        """Whether a folder is another code's, or its step has a newer one; one in use is not."""
        steps = {used.rpartition("-")[0] for used in self.used}
        is_superseded = self.before is None or name.rpartition("-")[0] in steps
        return name not in self.used and is_superseded

    def _take_over(self, name: str, key: str) -> KeptReport | None:
        before = self.before.reports.get(name) if self.before else None
        if before is None or before.key != key:
            return None
        if damage := find_damage(self.root, before, self.outputs):
            self._warn(name, damage)
            return None
        parts = select_parts(name, self.before.reports if self.before else {})
        if any(find_damage(self.root, part, self.outputs) for part in parts.values()):
            return None
        for one in (before, *parts.values()):
            self.linked |= {*link_files(self.root, self.staging, one.files, self.outputs)}
        self.reports |= parts
        return before

    def _list_staged(self) -> set[str]:
        return {
            path.relative_to(self.staging).as_posix()
            for group in (self.staging.iterdir() if self.staging.is_dir() else ())
            if group.name not in NO_TABLES
            for path in list_matching_below(group, TABLES)
        }

    def _warn(self, name: str, damage: str) -> None:
        message = f"{name}: computed anew, since of what was kept {damage}"
        self.warnings.append(Warned(code="kept_damaged", message=message))
