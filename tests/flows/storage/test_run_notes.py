"""How the last attempt of a run ended."""

import errno
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import campaign_reports as flow
from flows.errors import DataRefused, StorageFailed
from flows.steps.attempt import describe_failure
from flows.storage import sealed_files
from flows.storage.layout import Layout
from flows.storage.run_notes import note_attempt, read_last_attempt
from flows.storage.snapshots.published_files import PublishedDamage
from tests.support.publishing import publish_tables
from tests.support.workspaces import feed, write_workspace

TOML = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends.csv")
GOOD = b"send_id,contact_id,status\n1,101,sent\n"
BAD = b"send_id,contact_id,status\n1,101,sold\n"


def test_a_run_says_how_it_ended(tmp_path: Path) -> None:
    files = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": GOOD}
    root = write_workspace(tmp_path / "ws", TOML, files)
    assert read_last_attempt(root) is None
    publish_tables(root)
    end = read_last_attempt(root)
    assert end is not None
    assert (end.outcome, end.exit_code, end.message) == ("published", 0, "")
    (root / "raw/sends.csv").write_bytes(BAD)
    with pytest.raises(DataRefused) as refused:
        publish_tables(root)
    end = read_last_attempt(root)
    assert end is not None
    assert (end.outcome, end.exit_code) == ("refused", 3)
    assert end.message == refused.value.message
    assert end.run_id in end.hint


def test_a_run_that_fails_makes_room_before_it_notes_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk, else, `status` would know nothing of it."""
    files = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": BAD}
    root = write_workspace(tmp_path / "ws", TOML, files)
    left = []
    monkeypatch.setattr(
        flow, "note_attempt", lambda root, _: left.append([*Layout(root).staging.iterdir()])
    )
    with pytest.raises(DataRefused):
        publish_tables(root)
    assert left == [[]]


def test_a_run_that_cannot_clean_up_says_how_it_ended(tmp_path: Path) -> None:
    """Else `status` would tell of the run before, which ended well."""
    files = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": GOOD}
    root = write_workspace(tmp_path / "ws", TOML, files)
    publish_tables(root)
    shutil.rmtree(Layout(root).latest)
    Layout(root).latest.write_text("in a folder's place")
    with pytest.raises(StorageFailed, match="reports/latest") as failed:
        publish_tables(root)
    assert "A file stands in a folder's place" in failed.value.hint
    end = read_last_attempt(root)
    assert end is not None
    assert (end.outcome, end.exit_code, end.message) == ("failed", 4, failed.value.message)


def test_a_run_that_was_stopped_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By Ctrl-C or SIGTERM: it makes room, so that nothing else tells `status` of it."""
    files = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": GOOD}
    root = write_workspace(tmp_path / "ws", TOML, files)

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(flow, "report_run", stop)
    with pytest.raises(KeyboardInterrupt):
        publish_tables(root)
    end = read_last_attempt(root)
    assert end is not None
    assert (end.outcome, end.exit_code) == ("failed", 130)
    assert end.message == "it was stopped before its end"


def test_on_a_full_disk_a_run_notes_its_end_in_the_room_of_the_note_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime(2026, 7, 1, tzinfo=UTC)
    refused = DataRefused("feed contacts: its folder raw/contacts is gone", "Mount it.")
    failed = StorageFailed("the disk is full", "Make room.")
    note_attempt(tmp_path, describe_failure("1", began, refused))

    def refuse(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(sealed_files, "replace_text", refuse)
    note_attempt(tmp_path, describe_failure("2", began, failed))
    end = read_last_attempt(tmp_path)
    assert end is not None
    assert (end.run_id, end.message) == ("2", "the disk is full")


def test_what_no_run_wrote_is_damage(tmp_path: Path) -> None:
    Layout(tmp_path).state.mkdir()
    Layout(tmp_path).last_attempt.write_text("{}")
    with pytest.raises(PublishedDamage, match="last_attempt"):
        read_last_attempt(tmp_path)
