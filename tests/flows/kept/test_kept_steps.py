"""Steps are computed where something that decides them has changed, and only there."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import Check, Manifest
from flows.kept.kept_folders import DRAFT
from flows.kept.kept_reports import KeptReports
from flows.kept.kept_steps import KeptSteps
from flows.kept.run_records import drop_past_records
from flows.storage.snapshots.publish import (
    hash_outputs,
    new_run_id,
    publish_snapshot,
    stage_snapshot,
)
from tests.support.workspace_copies import flip_bit

TABLE = "email/message_report.parquet"
PARTS = ("people/journey/part-0000", "people/journey/part-0001")


@dataclass
class Night:
    """A run of one step that keeps a folder, and of one that writes a report."""

    root: Path
    code: str = "code"
    folder_input: str = "a"
    report_input: str = "a"
    part_inputs: tuple[str, ...] = ("a", "a")
    computed: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def run(self) -> Path:
        """Run and publish; gives the snapshot."""
        run_id = new_run_id(datetime.now(UTC))
        staging = stage_snapshot(self.root, run_id)
        home = self.root / "state/kept"
        kept = KeptSteps(home, self.code)
        reports = KeptReports.begin(self.root, home, staging, self.code)
        folder = kept.folder("some step", [self.folder_input], self.write_folder)
        self.kept_text = (folder.open() / "text").read_text()
        self.checks = reports.report("tables", [self.report_input], lambda: self.write(staging))
        self.part_checks = reports.report(
            "people", [self.part_inputs], lambda: self.write_parts(reports, staging)
        )
        outputs = hash_outputs(staging, run_id, reports.list_linked())
        reports.keep(run_id, outputs)
        publish_snapshot(self.root, staging, make_manifest(run_id, outputs))
        kept.drop_unused()
        drop_past_records(home, run_id)
        self.codes = [one.code for one in (*kept.warnings, *reports.warnings)]
        return self.root / "reports/snapshots" / run_id

    def write_folder(self, folder: Path) -> None:
        self.computed.append("folder")
        (folder / "text").write_text(f"of {self.folder_input}")

    def write(self, staging: Path) -> list[Check]:
        self.computed.append("report")
        (staging / TABLE).parent.mkdir()
        pl.DataFrame({"a": [self.report_input]}).write_parquet(staging / TABLE)
        return [Check(name="one", expected=1, actual=1, holds=True)]

    def write_parts(self, reports: KeptReports, staging: Path) -> list[Check]:
        def write(asked: list[str]) -> dict[str, list[Check]]:
            self.computed += asked
            (staging / "people/journey").mkdir(parents=True, exist_ok=True)
            for path in asked:
                text = {"a": [inputs[path][0]]}
                pl.DataFrame(text).write_parquet(staging / f"{path}.parquet")
            return {
                path: [Check(name=path, expected=1, actual=1, holds=True)]
                for path in reversed(asked)
            }

        inputs = dict(zip(PARTS, ([one] for one in self.part_inputs), strict=True))
        return reports.parts(inputs, write)


def make_manifest(run_id: str, outputs: list[object]) -> Manifest:
    return Manifest.model_validate(
        {
            "run_id": run_id,
            "started_at": "2026-01-01T00:00:00Z",
            "finished_at": "2026-01-01T00:00:00Z",
            "code_version": "1",
            "config_sha256": "",
            "inputs": [],
            "outputs": outputs,
            "reconciliation": [],
            "warnings": [],
        }
    )


@pytest.fixture
def night(tmp_path: Path) -> Night:
    found = Night(tmp_path)
    found.before = found.run()
    assert found.computed == ["folder", "report", *PARTS]
    found.computed.clear()
    return found


def find_kept(root: Path) -> Path:
    (folder,) = (one for one in (root / "state/kept").iterdir() if one.is_dir())
    return folder


def test_nothing_new_computes_nothing_and_links_the_tables(night: Night) -> None:
    after = night.run()
    assert night.computed == []
    assert night.codes == []
    assert (after / TABLE).samefile(night.before / TABLE)
    assert [check.name for check in night.checks] == ["one"]


def test_a_changed_input_computes_what_depends_on_it(night: Night) -> None:
    night.report_input = "b"
    after = night.run()
    assert night.computed == ["report"]
    assert pl.read_parquet(after / TABLE).item() == "b"
    assert pl.read_parquet(night.before / TABLE).item() == "a"


def test_a_changed_folder_is_computed_and_the_old_one_goes(night: Night) -> None:
    night.folder_input = "b"
    night.run()
    assert (night.computed, night.kept_text) == (["folder"], "of b")
    assert (find_kept(night.root) / "text").read_text() == "of b"


def test_other_code_computes_everything_and_says_so(night: Night) -> None:
    night.code = "other code"
    night.run()
    assert night.computed == ["folder", "report", *PARTS]
    assert night.codes == ["rebuilt"]
    night.run()
    assert (len(night.computed), night.codes) == (4, [])


@pytest.mark.parametrize("damage", [flip_bit, Path.unlink, lambda path: path.write_text("")])
@pytest.mark.parametrize("name", ["text", "receipt.json"])
def test_a_damaged_folder_is_computed_anew_with_a_warning(
    night: Night, name: str, damage: Callable[[Path], None]
) -> None:
    damage(find_kept(night.root) / name)
    night.run()
    assert (night.computed, night.kept_text) == (["folder"], "of a")
    assert night.codes == ["kept_damaged"]
    night.run()
    assert (night.computed, night.codes) == (["folder"], [])


@pytest.mark.parametrize("damage", [flip_bit, Path.unlink])
def test_a_damaged_table_is_not_taken_over(night: Night, damage: Callable[[Path], None]) -> None:
    damage(night.before / TABLE)
    after = night.run()
    assert (night.computed, night.codes) == (["report"], ["kept_damaged"])
    assert pl.read_parquet(after / TABLE).item() == "a"


@pytest.mark.parametrize("damage", [flip_bit, Path.unlink])
def test_without_its_record_a_snapshot_is_not_taken_over(
    night: Night, damage: Callable[[Path], None]
) -> None:
    (record,) = (night.root / "state/kept").glob("reports-*.json")
    damage(record)
    night.run()
    assert night.computed == ["report", *PARTS]


def test_a_folder_that_a_killed_run_left_is_not_believed(night: Night) -> None:
    home = find_kept(night.root)
    home.rename(home.with_name(f"{home.name}.keeping"))
    night.run()
    assert (night.computed, night.kept_text) == (["folder"], "of a")


def test_what_is_kept_is_its_owner_s_alone(night: Night) -> None:
    modes = {path.stat().st_mode & 0o077 for path in (night.root / "state/kept").rglob("*")}
    assert modes == {0}


def test_a_step_finds_what_the_run_before_left_by_the_same_code(night: Night) -> None:
    """A step of other inputs, an unfinished folder and one of another code are none of its."""
    home = night.root / "state/kept"
    (found,) = home.glob("some_step-*")
    shutil.copytree(found, found.with_name(f"{found.name}{DRAFT}"))
    steps = KeptSteps(home, "code")
    assert [folder for _, folder in steps.list_earlier("some step")] == [found]
    assert [*steps.list_earlier("some")] == []
    assert [*KeptSteps(home, "other").list_earlier("some step")] == []


def test_what_the_run_before_left_is_not_believed_where_it_is_damaged(night: Night) -> None:
    (found,) = (night.root / "state/kept").glob("some_step-*")
    (found / "text").write_text("of b")
    steps = KeptSteps(night.root / "state/kept", "code")
    assert [*steps.list_earlier("some step")] == []
    assert [one.code for one in steps.warnings] == ["kept_damaged"]


def test_of_a_table_in_parts_only_those_with_other_inputs_are_written(night: Night) -> None:
    """Also after a night in which the whole report was taken over, and its parts with it."""
    night.run()
    night.part_inputs = ("a", "b")
    after = night.run()
    assert night.computed == [PARTS[1]]
    first, second = (f"{path}.parquet" for path in PARTS)
    assert (after / first).samefile(night.before / first)
    assert pl.read_parquet(after / second).rows() == [("b",)]
    assert [check.name for check in night.part_checks] == list(PARTS)


def test_a_damaged_part_alone_is_written_anew(night: Night) -> None:
    (night.before / f"{PARTS[0]}.parquet").write_bytes(b"damaged")
    after = night.run()
    assert night.computed == [PARTS[0]]
    assert night.codes == ["kept_damaged"]
    assert pl.read_parquet(after / f"{PARTS[0]}.parquet").rows() == [("a",)]
