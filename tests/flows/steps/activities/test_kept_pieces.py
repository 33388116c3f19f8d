"""What a night keeps of activities: a new day writes the batches that it lies in, no other."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.catalog import file_batches
from tests.support.nights import run_anew
from tests.support.publishing import publish_tables
from tests.support.workspace_copies import copy_workspace
from tests.support.workspaces import as_json_lines, feed, write_workspace

CONFIGURATION = "".join(
    [
        '[workspace]\ntimezone = "UTC"\ncurrency = "USD"\n',
        *(feed(table, f"raw/{table}/*") for table in ("contacts", "campaigns", "messages")),
        *(feed(table, f"raw/{table}/*") for table in ("dispatches", "sends", "events")),
        *(feed(table, f"raw/{table}/*") for table in ("sessions", "orders")),
    ]
)
DAYS, DAYS_A_BATCH = 7, 2
MESSAGE = {"message_id": "m1", "dispatch_id": "d1", "campaign_id": "c1", "channel": "email"}
MESSAGE |= {"name": "M"}
STEPS = ("people_KeyedSends", "people_KeyedEvents", "people_KeyedVisits", "people_KeyedOrders")
JOURNEY = "people/contact_journey/"
LOOKED_AT = "places_of_events"
"""What is kept of a batch of events once its rows have found their sends and people."""


def tell(day: int) -> dict[str, bytes]:
    """The sends, events, sessions and orders of a day, of two of ten contacts and of a device."""
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
    sessions = [
        {"session_id": f"v{day}", "started_at": f"{at}:31:00Z", "contact_id": who[0]},
        {"session_id": f"w{day}", "started_at": f"{at}:32:00Z", "anonymous_id": f"d{day}"},
    ]
    orders = [{"order_id": f"o{day}", "ordered_at": f"{at}:40:00Z", "contact_id": who[1]}]
    orders = [row | {"revenue": "9.00"} for row in orders]
    tables = {"sends": sends, "events": events, "sessions": sessions, "orders": orders}
    return {f"raw/{name}/{day:02}.jsonl": as_json_lines(rows) for name, rows in tables.items()}


def list_pieces(root: Path) -> set[str]:
    """The folders of kept activities, and of what was looked at for them."""
    kept = (root / "state/kept").iterdir()
    return {folder.name for folder in kept if folder.name.startswith((*STEPS, LOOKED_AT))}


def count(folders: set[str]) -> dict[str, int]:
    """How many folders there are of each step."""
    return dict(Counter(name.rpartition("-")[0] for name in folders))


@pytest.fixture(scope="module", autouse=True)
def _batches() -> Iterator[None]:
    """Two days make a batch, wherever files would end one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(file_batches, "MOST_ROWS", 2 * DAYS_A_BATCH)
        for ends in ("ENDS", "SETTLED_ENDS"):
            patched.setattr(file_batches, ends, re.compile("never"))
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven days, published."""
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
    root = write_workspace(tmp_path_factory.mktemp("days") / "ws", CONFIGURATION, files)
    deliver(root, {})
    return root


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> Path:
    """A copy of it, to which more is delivered."""
    return copy_workspace(published, tmp_path / "ws")


def deliver(root: Path, files: dict[str, bytes]) -> None:
    """Put files into a workspace and let a night pass."""
    for path, content in files.items():
        (root / path).write_bytes(content)
    publish_tables(root)


def test_a_new_day_writes_the_batches_that_it_lies_in(workspace: Path) -> None:
    """A new contact and a new message change numbers and names, but no batch."""
    before = list_pieces(workspace)
    batches = dict.fromkeys((*STEPS, LOOKED_AT), DAYS // DAYS_A_BATCH + 1)
    # Orders lie by the month, and all are of one.
    assert count(before) == batches | {STEPS[-1]: 1}
    deliver(workspace, tell(DAYS))
    after = list_pieces(workspace)
    assert count(after - before) == dict.fromkeys((*STEPS, LOOKED_AT), 1)
    named = as_json_lines([{"contact_id": "00", "email": "a@x.io"}])
    deliver(workspace, {"raw/contacts/new.jsonl": named})
    assert list_pieces(workspace) == after


def test_late_rows_write_the_batches_of_what_they_tell_of(workspace: Path) -> None:
    """A send that is said anew to be another contact's takes its click with it.

    And whose a device was is told by a later session; nothing is told of other devices.
    """
    before = list_pieces(workspace)
    row = {"send_id": "s0-0", "message_id": "m1", "contact_id": "9", "status": "delivered"}
    again = row | {"sent_at": "2026-01-01T10:00:00Z", "updated_at": "2026-02-01T00:00:00Z"}
    login = {"session_id": "l", "started_at": "2026-01-01T11:00:00Z", "contact_id": "7"}
    late = {"sends": again, "sessions": login | {"anonymous_id": "d0"}}
    deliver(workspace, {f"raw/{name}/99.jsonl": as_json_lines([one]) for name, one in late.items()})
    changed = count(list_pieces(workspace) - before)
    assert {*changed} == {*STEPS[:3], LOOKED_AT}
    assert changed[STEPS[1]] == 1
    # That of the device, and that in which the login lies.
    assert changed[STEPS[2]] == 2
    require_as_anew(workspace)


def require_as_anew(workspace: Path) -> None:
    """Require the journeys to be those that a run writes that takes nothing over."""
    anew = run_anew(workspace, workspace.with_name("anew")).tables
    newest = max((workspace / "reports/snapshots").iterdir(), key=lambda one: one.name)
    journey = {
        part.relative_to(newest).as_posix(): part.read_bytes()
        for part in newest.glob("people/contact_journey/*.parquet")
    }
    assert journey
    assert journey == {name: anew[name] for name in anew if name.startswith(JOURNEY)}
