"""`status`, `runs`, `gc` and `doctor`: what operates a workspace."""

import json
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.manifest import AttemptEnd
from flows.campaign_reports import campaign_reports
from flows.cli.app import main
from flows.errors import DataRefused, StorageFailed
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.run_notes import note_attempt
from flows.storage.snapshots.kept_snapshots import drop_old_snapshots, list_snapshots
from tests.support.commands import Call
from tests.support.workspaces import feed, write_workspace

TOML = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends.csv")
GOOD = b"send_id,contact_id,status,sent_at\n1,101,sent,2026-07-01T10:00:00Z\n"
BAD = b"send_id,contact_id,status,sent_at\n1,101,sold,2026-07-01T10:00:00Z\n"


def run(root: Path) -> str:
    return str(campaign_reports.fn(str(root), wait_seconds=0)["run_id"])


FAILED = AttemptEnd(
    run_id="20260701T000000Z-000000",
    started_at="2026-07-01T00:00:00Z",
    finished_at="2026-07-01T00:01:00Z",
    outcome="failed",
    exit_code=4,
    message="the disk is full",
    hint="Wait.",
)


@pytest.fixture(scope="module")
def once_published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was run once."""
    files = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": GOOD}
    root = write_workspace(tmp_path_factory.mktemp("status") / "ws", TOML, files)
    run(root)
    return root


@pytest.fixture
def root(once_published: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(once_published, tmp_path / "ws"))


def run_id_of(root: Path) -> str:
    """The run that is published."""
    (snapshot,) = [one for one in list_snapshots(root) if one.is_published]
    return snapshot.run_id


def add_older(root: Path, days: int) -> str:
    """A snapshot that was published before: a copy of the published one under an older run."""
    published = Layout(root).snapshots / run_id_of(root)
    manifest = json.loads((published / "manifest.json").read_text())
    finished = datetime.fromisoformat(manifest["finished_at"]) - timedelta(days=days)
    older = published.with_name(f"{finished:%Y%m%dT%H%M%SZ}-00000{days}")
    shutil.copytree(published, older)
    changed = {**manifest, "run_id": older.name, "finished_at": finished.isoformat()}
    (older / "manifest.json").write_text(json.dumps(changed))
    return older.name


def ask(command: str, root: Path, call: Call, code: int = 0) -> Any:
    """What a command prints as JSON, where it ends with this code."""
    return json.loads(call(command, root, "--json", code=code).out)


def test_a_published_workspace_is_well(root: Path, call: Call) -> None:
    run_id = run_id_of(root)
    found = ask("status", root, call)
    assert (found["run_id"], found["files"], found["problems"]) == (run_id, 2, [])
    assert found["newest_data"] == "2026-07-01T10:00:00Z"
    assert found["last_attempt"]["outcome"] == "published"
    assert f"by {run_id}" in call("status", root).out
    shutil.rmtree(root / "reports")
    (root / "state/last_attempt.json").unlink()
    assert ask("status", root, call, 3)["problems"] == ["nothing is published yet"]


@pytest.mark.parametrize("place", ["reports/current.json", "state/columns.json", "state/lock"])
def test_a_folder_in_a_file_s_place_is_told_and_its_removal_mends(
    root: Path, place: str, call: Call
) -> None:
    (root / place).unlink()
    (root / place).mkdir()
    assert "A folder stands in a file's place" in call("verify", root, "--repair", code=4).err
    with pytest.raises(StorageFailed, match=place):
        run(root)
    (root / place).rmdir()
    run(root)
    assert ask("status", root, call)["problems"] == []


def test_a_pointer_of_no_time_is_damage_that_the_next_run_mends(root: Path, call: Call) -> None:
    pointer = json.loads((root / "reports/current.json").read_text())
    flipped = {**pointer, "published_at": pointer["published_at"].replace("T", "U")}
    (root / "reports/current.json").write_text(json.dumps(flipped))
    (problem,) = ask("status", root, call, 3)["problems"]
    assert "reports/current.json is not what a run writes" in problem
    run(root)
    assert ask("status", root, call)["problems"] == []


def test_a_late_feed_is_3(root: Path, call: Call) -> None:
    toml = TOML.replace('files = "raw/sends.csv"', 'files = "raw/sends.csv"\nexpect_every = "1d"')
    (root / "campaigns.toml").write_text(toml)
    found = ask("status", root, call, 3)
    assert found["late"] == ["sends"]
    assert "feed sends is late" in found["problems"][0]
    shutil.rmtree(root / "reports")
    assert ask("status", root, call, 3)["problems"] == ["nothing is published yet"]


def test_a_refused_run_is_3(root: Path, call: Call) -> None:
    first = run_id_of(root)
    (root / "raw/sends.csv").write_bytes(BAD)
    with pytest.raises(DataRefused):
        run(root)
    found = ask("status", root, call, 3)
    assert found["run_id"] == first
    assert "1 of 1 rows rejected" in found["problems"][0]


def test_a_run_that_failed_once_it_had_published_is_3(root: Path, call: Call) -> None:
    run_id = run_id_of(root)
    note_attempt(root, FAILED.model_copy(update={"run_id": run_id}))
    (problem,) = ask("status", root, call, 3)["problems"]
    assert problem.startswith(f"the last run ({run_id}) was published, and failed after that:")


def test_a_reason_of_several_lines_is_one_line(root: Path, call: Call) -> None:
    (root / "raw/sends.csv").write_bytes(b"send_id,contact\n1,2\n")
    with pytest.raises(DataRefused):
        run(root)
    (problem, *_) = ask("status", root, call, 3)["problems"]
    assert "because files were refused: raw/sends.csv" in problem
    assert "\n" not in problem


def test_damage_is_3(root: Path, call: Call) -> None:
    (snapshot,) = list_snapshots(root)
    first, second, third = (root / one.path for one in snapshot.manifest.outputs[:3])
    first.unlink()
    second.write_bytes(b"PAR1")
    content = third.read_bytes()
    third.write_bytes(content[:4] + bytes([content[4] ^ 1]) + content[5:])
    assert [one["problem"] for one in ask("status", root, call, 3)["damaged"]] == [
        "is gone",
        "has another size than when it was published",
        "is not what was published",
    ]
    manifest = Layout(root).snapshots / snapshot.run_id / "manifest.json"
    manifest.write_text(manifest.read_text().replace("sends", "seeds"))
    (damage,) = ask("status", root, call, 3)["damaged"]
    assert damage["path"] == f"reports/snapshots/{snapshot.run_id}/manifest.json"
    assert damage["problem"].endswith("is not the one that was published")
    Layout(root).pointer.write_text("{")
    (damage,) = ask("status", root, call, 3)["damaged"]
    assert damage["path"] == "reports/current.json"


def test_what_stands_beside_the_tables_is_looked_at_too(root: Path, call: Call) -> None:
    snapshot = Layout(root).snapshots / run_id_of(root)
    (snapshot / "report.html").unlink()
    (snapshot / "views.sql").write_text("SELECT 1;\n")
    Layout(root).last_attempt.write_text("{}")
    damaged = ask("status", root, call, 3)["damaged"]
    assert [(one["path"].split("/")[-1], one["problem"]) for one in damaged] == [
        ("report.html", "is gone"),
        ("views.sql", "is not what was written"),
        ("last_attempt.json", "state/last_attempt.json is not what a run writes"),
    ]
    assert call("show", root).out
    run(root)
    assert ask("status", root, call)["problems"] == []


def test_a_run_that_was_killed_is_3(root: Path, call: Call) -> None:
    """The kernel lets go of its hold, and nobody of the note that it made."""
    with hold_workspace(root):
        assert ask("status", root, call)["problems"] == []
        note = Layout(root).lock.read_bytes()
    assert ask("status", root, call)["problems"] == []
    Layout(root).lock.write_bytes(note)
    (problem,) = ask("status", root, call, 3)["problems"]
    assert re.match(r"the last run \(process \d+ on .*\) was killed before its end", problem)
    note_attempt(root, FAILED)
    _, before = ask("status", root, call, 3)["problems"]
    assert before == f"the run before ({FAILED.run_id}) published nothing: the disk is full. Wait."
    run(root)
    assert ask("status", root, call)["problems"] == []


def test_runs_lists_what_is_kept_the_newest_first(root: Path, call: Call) -> None:
    first, second = add_older(root, 1), run_id_of(root)
    found = ask("runs", root, call)
    assert [(one["run"], one["is_published"]) for one in found] == [(second, True), (first, False)]
    assert {one["rows_read"] for one in found} == {2}


def test_old_snapshots_go_an_hour_after_they_ceased_to_be_published(root: Path) -> None:
    published, second, third = run_id_of(root), add_older(root, 1), add_older(root, 2)
    now = datetime.fromisoformat(list_snapshots(root)[0].manifest.finished_at)

    def going(keep: int, days: float, later: timedelta) -> list[str]:
        gone = drop_old_snapshots(root, keep, days, now + later, dry_run=True)
        return [folder.name for folder in gone]

    assert going(3, 0, timedelta(days=99)) == []
    assert going(1, 9, timedelta(days=1)) == []
    assert going(1, 0, timedelta(minutes=59)) == [third]
    assert going(1, 0, timedelta(minutes=61)) == [third, second]
    assert going(2, 0, timedelta(minutes=61)) == [third]
    assert going(1, 2.5, timedelta(days=1)) == [third]
    drop_old_snapshots(root, 1, 0, now + timedelta(days=99))
    assert [one.run_id for one in list_snapshots(root)] == [published]


def test_gc_takes_what_the_configuration_says(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = Layout(root).quarantine / "20200101T000000Z-000000"
    old.mkdir(parents=True)
    with hold_workspace(root):
        assert main(["gc", str(root)]) == 5
        assert main(["gc", str(root), "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == ["quarantine/20200101T000000Z-000000"]
    assert main(["verify", str(root)]) == 0
    assert old.exists()
    assert main(["gc", str(root)]) == 0
    assert not old.exists()


def test_doctor_says_what_would_stop_a_run(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://user:secret@127.0.0.1:1/api")
    found = {one["what"]: one for one in ask("doctor", root, call)}
    assert found["polars"]["found"].startswith("2.")
    assert found["lock"]["found"] == "free"
    assert "secret" not in found["PREFECT_API_URL"]["found"]
    with hold_workspace(root):
        found = {one["what"]: one for one in ask("doctor", root, call, 5)}
    assert found["lock"]["problem"]
    (root / "campaigns.toml").write_text("[feds]")
    found = {one["what"]: one for one in ask("doctor", root, call, 2)}
    assert "feds" in found["configuration"]["problem"]
