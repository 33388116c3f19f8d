"""`diff`: two kept snapshots against each other, and the changes in a run's summary."""

import json
from pathlib import Path

import polars as pl
import pytest

from flows.cli.app import main
from flows.cli.commands import run as command
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import read_manifest
from tests.support.commands import Call
from tests.support.publishing import publish_tables
from tests.support.workspaces import feed, write_workspace

TOML = "".join(feed(table, f"raw/{table}/*.csv") for table in ("contacts", "messages", "sends"))
SENDS = b"send_id,contact_id,message_id,status,sent_at\n"
FIRST = SENDS + b"1,101,m1,sent,2026-07-01T10:00:00Z\n"
LATE = SENDS + b"2,102,m1,sent,2026-07-01T12:00:00Z\n3,103,m1,sent,2026-07-01T12:00:00Z\n"
MORE = SENDS + b"4,104,m1,bounced,2026-07-01T12:00:00Z\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "raw/contacts/1.csv": b"contact_id\n101\n",
        "raw/messages/1.csv": b"message_id,name,channel\nm1,Hello,email\n",
        "raw/sends/1.csv": FIRST,
    }
    return write_workspace(tmp_path / "ws", TOML, files)


def run(root: Path) -> str:
    return publish_tables(root).run_id


def test_the_last_two_or_any_two(
    root: Path, capsys: pytest.CaptureFixture[str], call: Call
) -> None:
    assert main(["diff", str(root)]) == 2
    first = run(root)
    assert "keeps 1 snapshot" in call("diff", root, code=2).err
    (root / "raw/sends/2.csv").write_bytes(LATE)
    second = run(root)
    (root / "raw/sends/3.csv").write_bytes(MORE)
    third = run(root)

    def sends(*runs: str) -> tuple[object, ...]:
        assert main(["diff", str(root), *runs, "--json"]) == 0
        (row,) = [r for r in json.loads(capsys.readouterr().out) if r["column"] == "sends"]
        return row["before"], row["after"], row["files"]

    assert sends() == (3, 4, "raw/sends/3.csv")
    assert sends(first) == (1, 4, "raw/sends/2.csv; raw/sends/3.csv")
    assert sends(first, second) == (1, 3, "raw/sends/2.csv")
    published = pl.read_parquet(Layout(root).snapshots / third / "run" / "changes.parquet")
    assert len(json.loads(call("diff", root, "--json").out)) == published.height
    assert "\t3.00000000\t4.00000000\t" in (printed := call("diff", root).out)
    assert "E-" not in printed
    assert "no snapshot of a run 'nothing' is kept" in call("diff", root, "nothing", code=2).err


def test_a_run_s_summary_names_the_largest_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(root)
    (root / "raw/sends/2.csv").write_bytes(LATE)
    run(root)
    manifest = read_manifest(root)
    capsys.readouterr()
    monkeypatch.setattr(command, "launch_run", lambda *_, **__: manifest)
    assert main(["run", str(root)]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("  changed")]
    assert lines[0] == "  changed   email sends of 2026-07-01 +2 (late rows, 1 file)"
    assert len(lines) <= 4
