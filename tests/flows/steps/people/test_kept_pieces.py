"""What a night keeps of sends and events: a new day writes the batch that it lies in, no other."""

import shutil
from pathlib import Path

import pytest

from flows.campaign_reports import campaign_reports
from tests.support.workspaces import as_json_lines, feed, write_workspace

CONFIGURATION = "".join(
    [
        '[workspace]\ntimezone = "UTC"\ncurrency = "USD"\n',
        *(feed(table, f"raw/{table}/*") for table in ("contacts", "campaigns", "messages")),
        *(feed(table, f"raw/{table}/*") for table in ("dispatches", "sends", "events", "sessions")),
    ]
)
DAYS = 20
MESSAGE = {"message_id": "m1", "dispatch_id": "d1", "campaign_id": "c1", "channel": "email"}
MESSAGE |= {"name": "M"}
STEPS = ("people_KeyedSends", "people_KeyedEvents")


def tell(day: int) -> dict[str, bytes]:
    """The sends, events and sessions of a day, to two of ten contacts."""
    at = f"2026-01-{day + 1:02}T10"
    who = [f"{(day * 3 + more) % 10}" for more in range(2)]
    sends = [
        {"send_id": f"s{day}-{one}", "message_id": "m1", "contact_id": one, "status": "delivered"}
        | {"sent_at": f"{at}:00:00Z"}
        for one in who
    ]
    events = [
        {"event_id": f"e{day}-{one}", "event_type": "email_clicked", "send_id": f"s{day}-{one}"}
        | {"occurred_at": f"{at}:30:00Z", "url": f"https://x.io/{day}"}
        for one in who
    ]
    sessions = [{"session_id": f"v{day}", "started_at": f"{at}:31:00Z", "contact_id": who[0]}]
    tables = {"sends": sends, "events": events, "sessions": sessions}
    return {f"raw/{name}/{day:02}.jsonl": as_json_lines(rows) for name, rows in tables.items()}


def list_pieces(root: Path) -> set[str]:
    """The folders of kept sends and events."""
    kept = (root / "state/kept").iterdir()
    return {folder.name for folder in kept if folder.name.startswith(STEPS)}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    contacts = [{"contact_id": str(number)} for number in range(10)]
    files = {
        "raw/contacts/all.jsonl": as_json_lines(contacts),
        "raw/campaigns/all.jsonl": as_json_lines([{"campaign_id": "c1", "name": "C"}]),
        "raw/dispatches/all.jsonl": as_json_lines(
            [{"dispatch_id": "d1", "campaign_id": "c1", "name": "D"}]
        ),
        "raw/messages/all.jsonl": as_json_lines([MESSAGE]),
    }
    for day in range(DAYS):
        files |= tell(day)
    return write_workspace(tmp_path / "ws", CONFIGURATION, files)


def deliver(root: Path, files: dict[str, bytes]) -> None:
    """Put files into a workspace and let a night pass."""
    for path, content in files.items():
        (root / path).write_bytes(content)
    campaign_reports.fn(str(root), full=False, wait_seconds=0)


def test_a_new_day_writes_the_batches_that_it_lies_in(workspace: Path) -> None:
    """A new contact and a new message change numbers and names, but no batch."""
    deliver(workspace, {})
    before = list_pieces(workspace)
    assert len(before) > len(STEPS)
    deliver(workspace, tell(DAYS))
    after = list_pieces(workspace)
    assert len(after - before) == len(STEPS)
    named = as_json_lines([{"contact_id": "00", "email": "a@x.io"}])
    deliver(workspace, {"raw/contacts/new.jsonl": named})
    assert list_pieces(workspace) == after


def test_events_follow_the_contact_and_message_of_their_send(workspace: Path) -> None:
    """A send that is said anew to be another contact's takes its click with it."""
    deliver(workspace, {})
    before = list_pieces(workspace)
    row = {"send_id": "s0-0", "message_id": "m1", "contact_id": "9", "status": "delivered"}
    again = row | {"sent_at": "2026-01-01T10:00:00Z", "updated_at": "2026-02-01T00:00:00Z"}
    deliver(workspace, {"raw/sends/99.jsonl": as_json_lines([again])})
    changed = list_pieces(workspace) - before
    assert {name.rpartition("-")[0] for name in changed} == {*STEPS}
    expected = workspace.with_name("anew")
    shutil.copytree(workspace, expected)
    campaign_reports.fn(str(expected), full=True, wait_seconds=0)
    tables = [read_journeys(root) for root in (workspace, expected)]
    assert tables[0] == tables[1]


def read_journeys(root: Path) -> list[bytes]:
    """The parts of the published journeys."""
    parts = sorted((root / "reports/snapshots").glob("*/people/contact_journey/*.parquet"))
    latest = {part.name: part.read_bytes() for part in parts}
    return [*latest.values()]
