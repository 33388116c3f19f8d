"""Erasures that are killed, forgotten, asked for again or set otherwise."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from flows.cli.app import main
from flows.errors import StorageFailed
from flows.steps.maintenance import erasure
from flows.storage.erasing import erasure_journal
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import published_tables
from tests.flows.steps.maintenance.test_erasure import (
    ID,
    built,
    erased,
    find_traces,
    once_erased,
    root,
)
from tests.support.erasures import erase
from tests.support.publishing import publish_tables

__all__ = ["built", "erased", "once_erased", "root"]


def test_a_setting_of_erasures_needs_no_full_run(erased: Path) -> None:
    """What of a person was kept or refused is read again by another setting, and nothing else."""
    config = (erased / "campaigns.toml").read_text()
    for aggregates, sends in (("restate", 1), ("keep", 3), ("restate", 1)):
        setting = f'[erasure]\naggregates = "{aggregates}"\n'
        (erased / "campaigns.toml").write_text(config + setting)
        publish_tables(erased)
        (report,) = pl.read_parquet(published_tables(erased)["email", "message_report"]).to_dicts()
        assert report["sends"] == sends


def test_after_raw_files_were_written_anew_figures_differ_because_of_the_erasure(
    root: Path,
) -> None:
    erase(root, contact=ID, raw=True)
    publish_tables(root)
    changes = pl.read_parquet(published_tables(root)["run", "changes"])
    reasons = {reason for one in changes["reason"] for reason in one.split("+")}
    assert "erased" in reasons
    assert not reasons & {"corrected_file", "withdrawn_file", "identity"}


def test_a_person_who_is_refused_already_goes_from_the_raw_files_later(erased: Path) -> None:
    publish_tables(erased)
    found = erase(erased, contact=ID, raw=True)
    assert found is not None
    assert len(found.files) == 5
    assert list(find_traces(erased)) == []


@pytest.mark.parametrize("moved", [0, 5])
def test_an_erasure_that_was_killed_is_finished_by_the_next_command(
    root: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    """However many of its files were in their places."""
    real, calls = Path.replace, []

    def stop(path: Path, target: Path) -> Path:
        if erasure_journal.ANEW in path.parts:
            calls.append(path)
            if len(calls) > moved:
                raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        erase(root, contact=ID, raw=True)
    monkeypatch.undo()
    assert Layout(root).erasing.is_dir()
    assert main(["verify", str(root), "--repair"]) == 0
    assert not Layout(root).erasing.exists()
    assert list(find_traces(root)) == []


def test_a_raw_file_delivered_after_a_kill_is_not_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(erasure, "finish_erasure", lambda _: None)
        erase(root, contact=ID, raw=True)
    (root / "raw/sessions.csv").write_bytes(b"session_id,started_at\nv9,2026-01-11T12:00:00Z\n")
    publish_tables(root)
    assert b"v9" in (root / "raw/sessions.csv").read_bytes()
    assert list(find_traces(root)) == []


@pytest.mark.parametrize("lost", ["quarantine/erasures.json", "state"])
def test_who_was_erased_is_not_lost_with_one_file(erased: Path, lost: str) -> None:
    path = erased / lost
    shutil.rmtree(path) if path.is_dir() else path.write_bytes(path.read_bytes()[:40])
    publish_tables(erased)
    contacts = pl.read_parquet(published_tables(erased)["people", "contact_report"])
    assert contacts["contact_id"].to_list() == ["bo-0815", "cy-1"]
    assert main(["verify", str(erased), "--repair"]) == 0
    assert main(["verify", str(erased)]) == 0


def test_where_nobody_knows_any_more_who_was_erased_nothing_is_published(erased: Path) -> None:
    for path in (Layout(erased).erasures, Layout(erased).erasures_copy):
        path.write_text("{}")
    with pytest.raises(StorageFailed, match="who was erased is not known any more"):
        publish_tables(erased)
