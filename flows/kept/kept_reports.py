"""Report tables of the snapshot before that a run takes over, as nothing that decides them changed.

A file is linked into the new snapshot only where it is, byte for byte, the one that the manifest of
the published snapshot and the record of its run (`run_records`) name.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contracts.manifest import Check, OutputTable, Warned
from flows.folders import list_matching_below
from flows.kept.identities import identify
from flows.kept.kept_folders import warn_of_damage
from flows.kept.run_records import KeptReport, RunRecord, read_run_record, write_run_record
from flows.storage.snapshots.published_files import find_problem
from flows.storage.workspace_files import storage_errors, sync

TABLES = "*.parquet"
NO_TABLES = frozenset({"quarantine", "scratch"})
"""Folders of a snapshot being written that hold no table of it."""


@dataclass
class KeptReports:
    """The report tables of a run, of which it takes some over from the published one.

    Attributes:
        code: The code and its libraries: tables of others are not taken over.
        before: What each report of the published run wrote; none where nothing is taken over.
        outputs: The table files of the published snapshot.
        linked: Table files that are hard links to those of the published snapshot.
        warnings: What did not verify.
    """

    root: Path
    home: Path
    staging: Path
    code: str
    before: Mapping[str, KeptReport] = field(default_factory=dict)
    outputs: Mapping[str, OutputTable] = field(default_factory=dict)
    reports: dict[str, KeptReport] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    warnings: list[Warned] = field(default_factory=list)

    @classmethod
    def begin(cls, root: Path, home: Path, staging: Path, code: str) -> "KeptReports":
        """Take over what the published run wrote, if this very code wrote it."""
        before, outputs = read_run_record(root, home)
        if before is None or before.code == code:
            reports = before.reports if before else {}
            return cls(root, home, staging, code, reports, outputs)
        warned = Warned(
            code="rebuilt",
            message="all tables were computed anew, because the program or a library of "
            "it is another than that which made the snapshot before",
        )
        return cls(root, home, staging, code, outputs=outputs, warnings=[warned])

    def report(
        self, name: str, inputs: Iterable[object], write: Callable[[], list[Check]]
    ) -> list[Check]:
        """Have report tables in the snapshot; linked where their inputs are those of the last run.

        Args:
            name: What is written, unique within a run.
            inputs: All that decides it.

        Returns:
            What was checked of them.
        """
        key = identify(self.code, name, [*inputs])
        report = self._take_over(name, key)
        if report is None:
            there = self._list_staged()
            checks = write()
            for part in _select_parts(name, self.reports).values():
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

    def recall_warnings(
        self, name: str, inputs: Iterable[object], find: Callable[[], Iterable[Warned]]
    ) -> list[Warned]:
        """What a person should look at; known where the inputs are those of the last run.

        Args:
            name: What is looked at, unique within a run and no report's.
            inputs: All that decides the warnings.
        """
        key = identify(self.code, name, [*inputs])
        known = self._find_before(name, key)
        self.reports[name] = known or KeptReport(key=key, warnings=[*find()])
        return self.reports[name].warnings

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
        record = RunRecord(run_id=run_id, code=self.code, reports=reports)
        write_run_record(self.root, self.home, record)

    def _find_before(self, name: str, key: str) -> KeptReport | None:
        before = self.before.get(name)
        return before if before is not None and before.key == key else None

    def _take_over(self, name: str, key: str) -> KeptReport | None:
        before = self._find_before(name, key)
        if before is None:
            return None
        if damage := self._find_damage(before):
            self.warnings.append(warn_of_damage(name, damage))
            return None
        parts = _select_parts(name, self.before)
        if any(self._find_damage(part) for part in parts.values()):
            return None
        for one in (before, *parts.values()):
            self._link(one.files)
        self.reports |= parts
        return before

    def _find_damage(self, report: KeptReport) -> str:
        """What keeps the files of a report from being taken over; empty where nothing does."""
        for path, sha256 in report.files.items():
            output = self.outputs.get(path)
            if output is None or output.sha256 != sha256:
                return f"{path} is not what the run wrote"
            if problem := find_problem(self.root, output):
                return f"{path} {problem}"
        return ""

    def _link(self, paths: Iterable[str]) -> None:
        """Put verified files of the published snapshot into the one being written.

        Where links are not possible files are copied.

        Raises:
            StorageFailed: The disk refused.
        """
        with storage_errors("taking tables over from the snapshot before"):
            for path in paths:
                source, target = self.root / self.outputs[path].path, self.staging / path
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(source, target)
                except OSError:
                    shutil.copyfile(source, target)
                    sync(target)
                else:
                    self.linked.add(path)

    def _list_staged(self) -> set[str]:
        return {
            path.relative_to(self.staging).as_posix()
            for group in (self.staging.iterdir() if self.staging.is_dir() else ())
            if group.name not in NO_TABLES
            for path in list_matching_below(group, TABLES)
        }


def _select_parts(name: str, reports: Mapping[str, KeptReport]) -> dict[str, KeptReport]:
    """The files of a report that have inputs of their own."""
    return {path: part for path, part in reports.items() if path.startswith(f"{name}/")}
