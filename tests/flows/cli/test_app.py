"""The command: exit codes, what goes to which stream, and what a run tells."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from contracts.manifest import Manifest, Warned
from flows import campaign_reports
from flows.cli import launch
from flows.cli.app import main
from flows.cli.commands import run
from flows.errors import (
    CampaignReportsError,
    ConfigurationError,
    DataRefused,
    StorageFailed,
    WorkspaceBusy,
)
from flows.progress import Progress
from flows.storage.lock import hold_workspace
from tests.support.commands import Call

PROJECT = Path(__file__).resolve().parents[3]

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]
Launch = Callable[..., Manifest]


@pytest.fixture
def published_run(publish: Publish, report: pl.DataFrame) -> Launch:
    """A run that publishes two tables and a quarantine, in place of the flow."""
    matches = pl.DataFrame({"match_status": ["matched", "matched", "unmatched"]})
    reasons = [["email: no address", "x"], ["email: no address"]]
    rejected = pl.DataFrame({"feed": "contacts", "file": "a.csv", "failed_checks": reasons})
    tables = {
        "email/message_report": report,
        "ads/session_matches": matches,
        "quarantine/contacts": rejected,
    }

    def launch(root: Path, _: float, progress: Progress, **__: object) -> Manifest:
        progress("reading", 0, 1)
        return publish(root, tables)

    return launch


def test_run_tells_what_came_of_it_on_stderr(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call, published_run: Launch
) -> None:
    monkeypatch.setattr(run, "launch_run", published_run)
    out, err = call("run", workspace)
    assert out == ""
    for part in (
        "published 2 tables from 1 file",
        "1,200 read, 1,190 accepted, 10 rejected, 0 superseded, 0 duplicates",
        "email: no address (2); x (1)",
        "2 of 3 sessions to an ad (66.7%)",
        "raw/b.csv has no rows",
        str(workspace / "reports" / "snapshots"),
    ):
        assert part in err
    assert "\x1b" not in err


def test_run_tells_no_match_rate_where_there_is_no_session(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call, publish: Publish
) -> None:
    tables = {"ads/session_matches": pl.DataFrame(schema={"match_status": pl.String})}
    monkeypatch.setattr(run, "launch_run", lambda root, *_, **__: publish(root, tables))
    assert "sessions to an ad" not in call("run", workspace).err


def test_run_prints_one_manifest_a_workspace(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    published_run: Launch,
) -> None:
    monkeypatch.setattr(run, "launch_run", published_run)
    assert main(["run", str(workspace), str(workspace), "--json"]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["inputs"][0]["rows_read"] for one in printed] == [1200, 1200]
    assert printed[0]["run_id"] != printed[1]["run_id"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("configure a parent model", "Add a contacts feed."), 2),
        (DataRefused("raw/a.csv is truncated", "Deliver it again."), 3),
        (StorageFailed("the disk is full"), 4),
        (WorkspaceBusy("another run holds it"), 5),
    ],
)
def test_failures_become_exit_codes_without_a_traceback(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Call,
    error: CampaignReportsError,
    code: int,
) -> None:
    def fail(*_: object, **__: object) -> Manifest:
        raise error

    monkeypatch.setattr(run, "launch_run", fail)
    out, err = call("run", workspace, "--json", code=code)
    assert out == ""
    assert error.message in err
    assert error.hint in err
    assert "Traceback" not in err


def test_a_fault_of_ours_is_reported_without_values_of_the_data(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    def fail(*_: object, **__: object) -> Manifest:
        msg = "jane@example.com"
        raise ValueError(msg)

    monkeypatch.setattr(run, "launch_run", fail)
    err = call("run", workspace, code=1).err
    assert "a fault of ours" in err
    assert "ValueError at flows/cli/commands/run.py, line " in err
    assert "jane" not in err
    assert "Traceback" not in err
    monkeypatch.setenv("CAMPAIGN_REPORTS_DEBUG", "1")
    assert "Traceback" in call("run", workspace, code=1).err


def test_several_workspaces_run_in_turn_and_the_worst_counts(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call, published_run: Launch
) -> None:
    def fail_first(root: Path, wait: float, progress: Progress, **options: Any) -> Manifest:
        if root.name == "gone":
            msg = "refused"
            raise DataRefused(msg)
        return published_run(root, wait, progress, **options)

    monkeypatch.setattr(run, "launch_run", fail_first)
    assert "published 2 tables" in call("run", "gone", workspace, code=3).err


def test_an_interrupt_is_130(workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    def wait(*_: object, **__: object) -> Manifest:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
        raise AssertionError

    monkeypatch.setattr(run, "launch_run", wait)
    assert "interrupted" in call("run", workspace, code=130).err


def test_a_signal_to_end_is_told_and_ends_the_process() -> None:
    code = (
        "import os, signal\n"
        "from flows.cli.interrupts import interruptible\n"
        "with interruptible():\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('went on')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == b""
    assert b"nothing that was published has changed" in done.stderr


def test_a_workspace_that_another_process_holds_is_reported_before_anything_slow(
    workspace: Path,
) -> None:
    with hold_workspace(workspace):
        done = subprocess.run(
            command("run", workspace), cwd=PROJECT, capture_output=True, check=False
        )
    assert done.returncode == 5
    assert b"another run holds" in done.stderr


def test_a_prefect_server_that_does_not_answer_is_reported(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    class Flow:
        @staticmethod
        def run_workspace(*_: object, **__: object) -> Manifest:
            msg = "Failed to reach API at http://user:secret@127.0.0.1:1/api"
            raise RuntimeError(msg)

    load = launch.import_module
    monkeypatch.setattr(
        launch,
        "import_module",
        lambda name: Flow if name == "flows.campaign_reports" else load(name),
    )
    err = call("run", workspace, code=2).err
    assert "unset PREFECT_API_URL" in err
    assert "secret" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["rn"], "run"),
        (["run"], "requires an argument"),
        (["run", "x", "--jsn"], "--jsn"),
        (["run", "x", "--wait", "soon"], "--wait"),
        (["run", "x", "--wait", "-1"], "--wait"),
        (["show", "x", "--limit", "0"], "--limit"),
        (["run", "nowhere"], "there is no workspace nowhere"),
        (["check", "nowhere"], "there is no workspace nowhere"),
        (["show", "nowhere"], "there is no workspace nowhere"),
        (["verify", "."], "there is no workspace ."),
        (["verify", ".", "--repair"], "there is no workspace ."),
        (["sources", "skene.contcts"], "Did you mean 'skene.contacts'?"),
        (["init", "x", "--sample", "nothing-like-it"], "there is no sample"),
    ],
)
def test_wrong_usage_is_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"], []])
def test_help_is_data(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out
    assert err == ""


def command(*arguments: str | Path) -> list[str]:
    """The command as a process of its own."""
    return [sys.executable, "-m", "flows.cli", *map(str, arguments)]


def test_a_reader_that_stops_early_is_no_failure(
    workspace: Path,
    publish: Publish,
) -> None:
    publish(workspace, {"email/many": pl.DataFrame({"n": range(200_000)})})
    with subprocess.Popen(
        command("show", workspace, "many"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"n\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("streams", "code"),
    [(">&-", 0), (">&- 2>&- <&-", 0), (">/dev/null 2>/dev/full", 0), (">/dev/full", 4)],
)
def test_a_stream_that_is_closed_is_no_failure_and_a_full_one_is_storage(
    workspace: Path, publish: Publish, report: pl.DataFrame, streams: str, code: int
) -> None:
    """As supervisors start commands, and as logs fill disks."""
    publish(workspace, {"email/message_report": report})
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {streams}', "sh", *command("show", workspace)],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (b"The disk is full" in done.stderr) == (code == 4)


def test_a_reader_that_stops_early_stops_no_other_workspace(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, published_run: Launch
) -> None:
    begun: list[Path] = []

    def note(root: Path, *given: Any, **options: Any) -> Manifest:
        begun.append(root)
        return published_run(root, *given, **options)

    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(run, "launch_run", note)
    with os.fdopen(writing, "w") as nobody_reads:
        monkeypatch.setattr(sys, "stdout", nobody_reads)
        assert main(["run", str(workspace), str(workspace), "--json"]) == 0
    assert begun == [workspace, workspace]


def test_a_connection_that_breaks_in_a_run_is_no_success(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    def fail(*_: object, **__: object) -> Manifest:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(run, "launch_run", fail)
    assert "BrokenPipeError" in call("run", workspace, code=1).err


def test_what_the_system_refuses_anywhere_is_storage(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    def fail(*_: object, **__: object) -> Manifest:
        raise PermissionError(errno.EACCES, "Permission denied", "state/lock")

    monkeypatch.setattr(run, "launch_run", fail)
    assert "storage failed: Permission denied (state/lock)" in call("run", workspace, code=4).err


def test_nothing_slow_is_imported_before_it_is_needed(
    workspace: Path,
    publish: Publish,
    report: pl.DataFrame,
) -> None:
    publish(workspace, {"email/message_report": report})
    code = (
        "import sys; from flows.cli.app import main; code = main(['show', sys.argv[1]]); "
        "sys.exit(code or len({'prefect', 'pandera', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(workspace)], cwd=PROJECT, capture_output=True, check=False
    )
    assert done.returncode == 0


def test_warnings_are_one_line_a_code_and_feed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warnings = [
        Warned(code="spend_unplaced", message="9.50 of spend", amount="9.50"),
        *(Warned(code="late", message=f"feed a: {day} days", feed="a") for day in (5, 4, 3)),
        Warned(code="late", message="feed b: 1 day", feed="b"),
        *(Warned(code=f"note_{number:02}", message=f"note {number}") for number in range(9)),
    ]
    manifest = Manifest(
        run_id="1",
        started_at="",
        finished_at="",
        code_version="",
        config_sha256="",
        inputs=[],
        outputs=[],
        reconciliation=[],
        warnings=warnings,
    )
    monkeypatch.setattr(run, "launch_run", lambda *_, **__: manifest)
    assert main(["run", str(workspace)]) == 0
    lines = [
        line.split("warning   ")[1]
        for line in capsys.readouterr().err.splitlines()
        if line.startswith("  warning ")
    ]
    assert lines[:3] == [
        "9.50 of spend",
        "feed a: 5 days (and 2 more of this kind)",
        "feed b: 1 day",
    ]
    rest = "note_04, note_05, note_06, note_07, note_08"
    assert lines[-1] == f"note 3 (… and 5 more: {rest}; all in manifest.json)"
    assert len(lines) == 7, "ten lines in all"


def test_a_prefect_server_that_dies_during_a_run_is_told_as_what_it_is(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    """The run may have published: nothing is said of that but where to see it."""

    def die(*_: object, **__: object) -> Manifest:
        msg = "All connection attempts failed"
        raise httpx.ConnectError(msg)

    monkeypatch.setattr(launch, "start_server", lambda: None)
    monkeypatch.setattr(campaign_reports, "run_workspace", die)
    told = call("run", workspace, code=4).err
    assert "the Prefect server stopped answering during the run" in told
    assert f"campaign-reports status {workspace}" in told
    assert "has changed" not in told
