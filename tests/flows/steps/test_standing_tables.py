"""An empty delivery removes no table: what stood before stands on, as long as its feeds do."""

from pathlib import Path

import polars as pl

from tests.flows.conftest import Publish
from tests.support.workspaces import Ran, feed, run_workspace, write_workspace

PEOPLE = feed("contacts", "raw/contacts.csv")
EVENTS = feed("events", "raw/events.csv")
OPENED = """event_type,occurred_at,contact_id,message_id
email_opened,2026-01-01,1,m1
sms_sent,2026-01-01,1,m2
"""
FILES = {"raw/contacts.csv": b"contact_id\n1\n", "raw/events.csv": OPENED.encode()}
EMPTY = {"raw/events.csv": b"event_type,occurred_at,contact_id,message_id\n"}


def run_after(
    place: Path, toml: str, files: dict[str, bytes], before: Ran, publish: Publish
) -> Ran:
    """A run of a workspace in which the tables of an earlier one are published."""
    root = write_workspace(place / "ws", toml, files)
    tables = {
        f"{path.parent.name}/{path.stem}": pl.read_parquet(path)
        for path in before.folder.rglob("*.parquet")
    }
    publish(root, tables)
    return run_workspace(root, place / "out")


def test_tables_stand_on_without_rows_while_their_feed_is_configured(
    tmp_path: Path, publish: Publish
) -> None:
    first = run_workspace(
        write_workspace(tmp_path / "1/ws", PEOPLE + EVENTS, FILES), tmp_path / "1"
    )
    later = run_after(tmp_path / "2", PEOPLE + EVENTS, {**FILES, **EMPTY}, first, publish)
    assert {"email/campaign_report", "sms/daily_report"} <= set(first.tables())
    assert set(later.tables()) == set(first.tables())
    assert first.table("email", "message_report").height == 1
    empty = later.table("email", "message_report")
    assert empty.height == 0
    assert empty.schema == first.table("email", "message_report").schema


def test_a_channel_whose_feed_is_gone_from_the_configuration_is_gone(
    tmp_path: Path, publish: Publish
) -> None:
    """Only a feed of sms events is left: the e-mail reports go, the others stand on."""
    first = run_workspace(
        write_workspace(tmp_path / "1/ws", PEOPLE + EVENTS, FILES), tmp_path / "1"
    )
    toml = PEOPLE + feed("events", "raw/sms.csv", constants='{ event_type = "sms_sent" }').replace(
        "constants", 'columns = { occurred_at = "when" }\nconstants'
    )
    files = {"raw/contacts.csv": b"contact_id\n1\n", "raw/sms.csv": b"when,contact_id\n"}
    later = run_after(tmp_path / "2", toml, files, first, publish)
    groups = {name.split("/")[0] for name in later.tables()}
    assert "sms" in groups
    assert "email" not in groups
