"""The command: exit codes, what goes to which stream, and every command's output."""

import json
import os
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import InputFile, Manifest, Warned
from flows import cli_run, cli_workspace, quiet
from flows.cli import main
from flows.errors import (
    CampaignReportsError,
    ConfigurationError,
    DataRefused,
    StorageFailed,
    WorkspaceBusy,
)
from flows.lock import hold_workspace
from flows.progress import Checked, Progress
from flows.publish import hash_outputs, new_run_id, publish_snapshot, stage_snapshot

PROJECT = Path(__file__).resolve().parents[2]
FEED = '[[feeds]]\ntable = "contacts"\nfiles = "raw/contacts/*.csv"\n'
REPORT = pl.DataFrame(
    {
        "message_id": ["m1", "m2"],
        "contact_id": ["101", "102"],
        "click_rate": [2 / 3, None],
        "cost": [Decimal("12.5000"), None],
        "first_sent_at": [datetime(2026, 7, 1, 12, tzinfo=UTC), None],
        "date_day": [date(2026, 7, 1), None],
    },
    schema_overrides={"cost": pl.Decimal(18, 4)},
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a configuration and nothing published."""
    root = tmp_path / "ws"
    root.mkdir()
    (root / "campaigns.toml").write_text(FEED)
    return root


def publish(root: Path, tables: dict[str, pl.DataFrame]) -> Manifest:
    """Publish tables with one read file in the manifest."""
    run_id = new_run_id(datetime.now(UTC))
    staging = stage_snapshot(root, run_id)
    for name, table in tables.items():
        file = staging / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        table.write_parquet(file, metadata={"description": f"One row per {name}."})
    manifest = Manifest(
        run_id=run_id,
        started_at="2026-11-21T04:30:00Z",
        finished_at="2026-11-21T04:31:00Z",
        code_version="0",
        config_sha256="0",
        inputs=[
            InputFile(
                path="raw/contacts/a.csv",
                sha256="0",
                bytes=1,
                feed="contacts",
                table="contacts",
                rows_read=1200,
                accepted=1190,
                rejected=10,
            )
        ],
        outputs=hash_outputs(staging, run_id),
        reconciliation=[],
        warnings=[Warned(code="empty_file", message="raw/b.csv has no rows")],
    )
    publish_snapshot(root, staging, manifest)
    return manifest


def published_run(root: Path, wait_seconds: float, progress: Progress) -> Manifest:
    """A run that publishes two tables and a quarantine, in place of the flow."""
    progress("reading", 0, 1)
    matches = pl.DataFrame({"match_status": ["matched", "matched", "unmatched"]})
    rejected = pl.DataFrame({"failed_checks": [["email: no address", "x"], ["email: no address"]]})
    return publish(
        root,
        {
            "email/message_report": REPORT,
            "ads/session_matches": matches,
            "quarantine/contacts": rejected,
        },
    )


def test_run_tells_what_came_of_it_on_stderr(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli_run, "launch_run", published_run)
    assert main(["run", str(workspace)]) == 0
    out, err = capsys.readouterr()
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


def test_run_prints_one_manifest_a_workspace(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli_run, "launch_run", published_run)
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
    capsys: pytest.CaptureFixture[str],
    error: CampaignReportsError,
    code: int,
) -> None:
    def fail(root: Path, wait_seconds: float, progress: Progress) -> Manifest:
        raise error

    monkeypatch.setattr(cli_run, "launch_run", fail)
    assert main(["run", str(workspace), "--json"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert error.message in err
    assert error.mend in err
    assert "Traceback" not in err


def test_a_fault_of_ours_is_told_without_values_of_the_data(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(root: Path, wait_seconds: float, progress: Progress) -> Manifest:
        msg = "jane@example.com"
        raise ValueError(msg)

    monkeypatch.setattr(cli_run, "launch_run", fail)
    assert main(["run", str(workspace)]) == 1
    err = capsys.readouterr().err
    assert "a fault of ours" in err
    assert "ValueError at tests/flows/test_cli.py" in err
    assert "jane" not in err
    assert "Traceback" not in err
    monkeypatch.setenv("CAMPAIGN_REPORTS_DEBUG", "1")
    assert main(["run", str(workspace)]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_several_workspaces_run_in_turn_and_the_worst_counts(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail_first(root: Path, wait_seconds: float, progress: Progress) -> Manifest:
        if root.name == "gone":
            msg = "refused"
            raise DataRefused(msg)
        return published_run(root, wait_seconds, progress)

    monkeypatch.setattr(cli_run, "launch_run", fail_first)
    assert main(["run", "gone", str(workspace)]) == 3
    assert "published 2 tables" in capsys.readouterr().err


def test_an_interrupt_is_130(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(root: Path, wait_seconds: float, progress: Progress) -> Manifest:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_run, "launch_run", interrupt)
    assert main(["run", str(workspace)]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_held_workspace_is_told_before_anything_slow(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_workspace(workspace):
        assert main(["run", str(workspace)]) == 5
    assert "another run holds" in capsys.readouterr().err


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


def test_init_starts_a_workspace_that_holds_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "new"
    assert main(["init", str(root)]) == 0
    assert {entry.name for entry in root.iterdir()} == {
        ".gitignore",
        "campaigns.schema.json",
        "campaigns.toml",
        "raw",
    }
    written = (root / "campaigns.toml").read_text()
    assert written.startswith("#:schema ./campaigns.schema.json\n")
    assert cli_workspace.load_workspace(root).config.feeds == ()
    (root / "campaigns.toml").write_text("# mine")
    assert main(["init", str(root)]) == 2
    assert (root / "campaigns.toml").read_text() == "# mine"
    assert "overwrites nothing" in capsys.readouterr().err


def test_every_setting_of_the_starter_holds(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    commented = (tmp_path / "campaigns.toml").read_text().splitlines()
    settings = [line.removeprefix("# ") for line in commented if _is_setting(line)]
    (tmp_path / "campaigns.toml").write_text("\n".join(settings))
    assert len(cli_workspace.load_workspace(tmp_path).config.feeds) == 3
    assert set(tomllib.loads("\n".join(settings))) == {
        "workspace",
        "feeds",
        "ads",
        "sessions",
        "attribution",
    }


def _is_setting(line: str) -> bool:
    text = line.removeprefix("# ")
    return text.startswith("[") or " = " in text


def test_init_copies_a_sample_without_what_runs_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = tmp_path / "samples" / "tiny"
    (sample / "reports").mkdir(parents=True)
    (sample / "reports" / "current.json").write_text("{}")
    (sample / "campaigns.toml").write_text(FEED)
    monkeypatch.setattr(cli_workspace, "SAMPLES", tmp_path / "samples")
    root = tmp_path / "new"
    assert main(["init", str(root), "--sample", "tiny"]) == 0
    assert (root / "campaigns.toml").read_text() == FEED
    assert not (root / "reports").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    assert main(["init", str(tmp_path / "full"), "--sample", "tiny"]) == 2


def checked(problem: CampaignReportsError | None) -> Checked:
    """What a look at one file of contacts found."""
    entry = InputFile(
        path="raw/contacts/a.csv",
        sha256="0",
        bytes=1,
        feed="contacts",
        table="contacts",
        rows_read=3,
        accepted=2,
        rejected=1,
    )
    return Checked([entry], [Warned(code="empty_file", message="raw/b.csv has no rows")], problem)


def test_check_prints_feeds_and_ends_as_a_run_would(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli_workspace, "launch_check", lambda _, __: checked(None))
    assert main(["check", str(workspace)]) == 0
    out, err = capsys.readouterr()
    assert [line.split("\t") for line in out.splitlines()] == [
        ["feed", "file", "table", "read", "accepted", "rejected", "problem"],
        ["contacts", "raw/contacts/a.csv", "contacts", "3", "2", "1", ""],
    ]
    assert "raw/b.csv has no rows" in err
    problem = DataRefused("raw/contacts/a.csv is truncated")
    monkeypatch.setattr(cli_workspace, "launch_check", lambda _, __: checked(problem))
    assert main(["check", str(workspace), "--json"]) == 3
    out, err = capsys.readouterr()
    assert json.loads(out)["inputs"][0]["rejected"] == 1
    assert "is truncated" in err


def test_show_says_what_to_do_when_nothing_is_published(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(workspace)]) == 2
    assert "campaign-reports run" in capsys.readouterr().err


def test_show_lists_tables(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(workspace, {"email/message_report": REPORT, "sms/message_report": REPORT})
    assert main(["show", str(workspace), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "group": group,
            "table": "message_report",
            "rows": 2,
            "columns": 6,
            "description": f"One row per {group}/message_report.",
        }
        for group in ("email", "sms")
    ]
    assert main(["show", str(workspace)]) == 0
    assert "email/message_report\t2\t6\tOne row per" in capsys.readouterr().out


def test_show_prints_rows(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(workspace, {"email/message_report": REPORT})
    assert main(["show", str(workspace), "message_report", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first == {
        "message_id": "m1",
        "contact_id": "101",
        "click_rate": 2 / 3,
        "cost": 12.5,
        "first_sent_at": "2026-07-01T12:00:00Z",
        "date_day": "2026-07-01",
    }
    assert set(second.values()) == {"m2", "102", None}
    assert main(["show", str(workspace), "email/message_report", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "m1\t101\t0.6667\t12.5000\t2026-07-01T12:00:00Z\t2026-07-01"
    ]
    assert main(["show", str(workspace), "report", "--contact", "102", "--json"]) == 0
    assert [row["message_id"] for row in json.loads(capsys.readouterr().out)] == ["m2"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("message_report", "Say which one: email/message_report, sms/message_report."),
        ("email/mesage_report", "Did you mean 'email/message_report'?"),
        ("zzzz", "Leave the name out"),
    ],
)
def test_show_hints_at_the_table_that_was_meant(
    workspace: Path, capsys: pytest.CaptureFixture[str], table: str, says: str
) -> None:
    publish(workspace, {"email/message_report": REPORT, "sms/message_report": REPORT})
    assert main(["show", str(workspace), table]) == 2
    assert says in capsys.readouterr().err


def test_show_makes_control_characters_visible(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = pl.DataFrame({"name": ["\x1b[31mred\t\n[bold]"]})
    publish(workspace, {"email/names": nasty})
    assert main(["show", str(workspace), "names"]) == 0
    assert capsys.readouterr().out == "name\n\\x1b[31mred\\t\\n[bold]\n"


def test_sources_lists_names_tables_and_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    (table,) = listed["skene.contacts"]["tables"]
    assert table["table"] == "contacts"
    assert table["columns"]["contact_id"] == "id"
    assert listed["skene.contacts"]["description"]
    assert main(["sources", "skene"]) == 0
    out = capsys.readouterr().out
    assert "skene.contacts" in out
    assert "acquia" not in out
    assert main(["sources", "skene.contacts"]) == 0
    assert "contacts\tcontact_id\tid" in capsys.readouterr().out


def test_schema_is_a_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert "feeds" in json.loads(capsys.readouterr().out)["properties"]


def command(*arguments: str | Path, **environ: str) -> list[str]:
    """The command as a process of its own."""
    return [sys.executable, "-m", "flows.cli", *map(str, arguments)]


def test_a_reader_that_stops_early_is_no_failure(workspace: Path) -> None:
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


def test_nothing_slow_is_imported_before_it_is_needed(workspace: Path) -> None:
    publish(workspace, {"email/message_report": REPORT})
    code = (
        "import sys; from flows.cli import main; code = main(['show', sys.argv[1]]); "
        "sys.exit(code or len({'prefect', 'pandera', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(workspace)], cwd=PROJECT, capture_output=True, check=False
    )
    assert done.returncode == 0


def test_quiet_defaults_leave_the_users_own_settings(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PREFECT_LOGGING_LEVEL": "DEBUG", "NO_PROXY": "intranet"}
    quiet.quiet_prefect(environ)
    assert environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert environ["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost"
    assert environ["DO_NOT_TRACK"] == "1"
    assert environ["PREFECT_HOME"] == str(tmp_path / ".cache" / "campaign-reports" / "prefect")


def test_quiet_uses_a_server_of_the_users_own(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:4200/api"}
    quiet.quiet_prefect(environ)
    assert environ["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert not {"PREFECT_HOME", "PREFECT_LOGGING_LEVEL"} & set(environ)
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text("")
    with_profiles = {"HOME": str(tmp_path)}
    quiet.quiet_prefect(with_profiles)
    assert "PREFECT_HOME" not in with_profiles


def test_quiet_finds_a_home_where_there_is_none() -> None:
    environ = {"HOME": "/proc/nowhere"}
    quiet.quiet_prefect(environ)
    assert os.access(environ["PREFECT_HOME"], os.W_OK)
    Path(environ["PREFECT_HOME"]).rmdir()
