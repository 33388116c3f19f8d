"""The flow's own function, outside of Prefect: its steps are plain functions there."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from contracts.manifest import Manifest
from flows.campaign_reports import campaign_reports
from flows.errors import DataRefused
from flows.storage.layout import Layout
from tests.support.workspaces import feed, write_workspace

TOML = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends.csv")
FILES = {
    "raw/contacts.csv": b"contact_id\n101\n102\n",
    "raw/sends.csv": b"send_id,contact_id,status\n1,101,sent\n2,102,delivered\n",
}


def run(root: Path, **parameters: Any) -> Manifest:
    """One run of the flow's function."""
    published = campaign_reports.fn(str(root), **{"wait_seconds": 0, **parameters})
    return Manifest.model_validate(published)


def hashes(manifest: Manifest) -> dict[tuple[str, str], str]:
    """Table -> the hash of its file; those of the run itself tell of the run before."""
    return {
        (output.group, output.table): output.sha256
        for output in manifest.outputs
        if output.group != "run"
    }


def times_of_readings(root: Path) -> dict[str, int]:
    """Reading in the ledger -> when it was written."""
    receipts = Layout(root).ledger.glob("*/receipt.json")
    return {path.parent.name: path.stat().st_mtime_ns for path in receipts}


def test_a_deployment_waits_an_hour_for_the_run_before() -> None:
    parameters = inspect.signature(campaign_reports.fn).parameters
    assert list(parameters) == ["workspace", "full", "wait_seconds"]
    assert parameters["full"].default is False
    assert parameters["wait_seconds"].default == 3600


def test_a_full_run_reads_every_file_anew_and_gives_the_same_tables(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    first = run(root)
    written = times_of_readings(root)
    again = run(root)
    assert written
    assert times_of_readings(root) == written
    anew = run(root, full=True)
    assert times_of_readings(root).keys() == written.keys()
    assert not {*times_of_readings(root).values()} & {*written.values()}
    assert hashes(first) == hashes(again) == hashes(anew)


def test_refused_data_leaves_what_was_published_and_no_folder_behind(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    run(root)
    before = Layout(root).pointer.read_bytes()
    (root / "raw/sends.csv").write_bytes(b"send_id,contact_id,status\n1,101,sold\n2,102,sent\n")
    with pytest.raises(DataRefused, match="1 of 2 rows rejected"):
        run(root)
    assert Layout(root).pointer.read_bytes() == before
    assert list(Layout(root).staging.iterdir()) == []
    assert len(list(Layout(root).quarantine.iterdir())) == 1


def test_a_workspace_to_which_nothing_was_delivered_has_empty_tables(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "ws", feed("ad_stats", "raw/*.csv"), {"raw/readme": b""})
    published = run(root)
    assert {output.rows for output in published.outputs if output.group == "ads"} == {0}
    assert [one.code for one in published.warnings] == ["no_files"]
