"""Which parts of `contact_journey` a night writes anew: those whose time it tells of."""

from pathlib import Path

import pytest

from flows.steps.people import journey_slices
from tests.support.nights import run_anew
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_json_lines, feed, write_workspace

TABLES = ("contacts", "campaigns", "dispatches", "messages", "sends", "events", "orders")
CONFIGURATION = '[workspace]\ntimezone = "Europe/Paris"\ncurrency = "USD"\n' + "".join(
    feed(table, f"raw/{table}/*") for table in TABLES
)
DAYS = ("2025-06-01", "2026-01-10", "2026-02-03", "2026-02-12", "2026-02-27")
MESSAGES = [
    {"message_id": name, "dispatch_id": name, "campaign_id": "c1", "channel": "email", "name": name}
    for name in ("m0", "m1", "m2", "m3", "m4", "m5")
]


def tell(day: str, message: str) -> dict[str, bytes]:
    """A send of each of three contacts with what followed, all on one day."""
    sends = [
        {"send_id": f"{day}-{who}", "message_id": message, "contact_id": who, "status": "sent"}
        | {"sent_at": f"{day}T10:00:00Z"}
        for who in ("1", "2", "3")
    ]
    click = {"event_id": f"e-{day}", "event_type": "email_clicked", "send_id": f"{day}-1"}
    click |= {"occurred_at": f"{day}T11:00:00Z"}
    order = {"order_id": f"o-{day}", "contact_id": "2", "ordered_at": f"{day}T12:00:00Z"}
    tables = {"sends": sends, "events": [click], "orders": [order | {"revenue": "5.00"}]}
    return {f"raw/{name}/{day}.jsonl": as_json_lines(rows) for name, rows in tables.items()}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(journey_slices, "ROWS_A_SLICE", 5)
    files = {
        "raw/contacts/all.jsonl": as_json_lines([{"contact_id": who} for who in "123"]),
        "raw/campaigns/all.jsonl": as_json_lines([{"campaign_id": "c1", "name": "C"}]),
        "raw/dispatches/all.jsonl": as_json_lines(
            [{"dispatch_id": f"m{n}", "campaign_id": "c1", "name": f"D{n}"} for n in range(6)]
        ),
        "raw/messages/all.jsonl": as_json_lines(MESSAGES),
    }
    for number, day in enumerate(DAYS):
        files |= tell(day, f"m{number}")
    root = write_workspace(tmp_path / "ws", CONFIGURATION, files)
    publish_tables(root)
    return root


def deliver(root: Path, files: dict[str, bytes]) -> set[str]:
    """The parts that a night with these files wrote anew."""
    before = {part.stat().st_ino for part in list_parts(root)}
    for path, content in files.items():
        (root / path).write_bytes(content)
    publish_tables(root)
    return {part.stem for part in list_parts(root) if part.stat().st_ino not in before}


def list_parts(root: Path) -> list[Path]:
    """The parts of the newest snapshot."""
    newest = max((root / "reports/snapshots").iterdir(), key=lambda one: one.name)
    return sorted((newest / "people/contact_journey").iterdir())


def test_a_night_writes_the_parts_whose_time_it_tells_of(workspace: Path) -> None:
    """Of new contacts, days, late rows, names, and sends that have no time of their own."""
    names = [part.stem for part in list_parts(workspace)]
    cut = ["part-2025", "part-2026-01", "part-2026-02-01", "part-2026-02-09", "part-2026-02-25"]
    assert names == cut
    # Who is new has no part; each part of this night is that of one thing that was told.
    more = {
        "raw/contacts/new.jsonl": as_json_lines([{"contact_id": "0"}, {"contact_id": "25"}])
    } | tell("2026-03-01", "m5")
    late = {"event_id": "late", "event_type": "store_visit", "contact_id": "25"}
    late |= {"occurred_at": "2026-01-20T08:00:00Z"}
    more["raw/events/late.jsonl"] = as_json_lines([late])
    renamed = {**MESSAGES[3], "name": "New", "updated_at": "2026-03-02T00:00:00Z"}
    more["raw/messages/new.jsonl"] = as_json_lines([renamed])
    queued = {"send_id": "q", "message_id": "m2", "contact_id": "1", "status": "queued"}
    more["raw/sends/queued.jsonl"] = as_json_lines([queued])
    of_late = {"part-2026-01-09", "part-2026-01-17"}
    written = {"part-2026-03", *of_late, "part-2026-02-09", "part-0000"}
    assert deliver(workspace, more) == written
    planned = {**MESSAGES[2], "send_date": "2025-07-01", "updated_at": "2026-03-02T00:00:00Z"}
    more = {"raw/messages/planned.jsonl": as_json_lines([planned])}
    in_june = {"part-2025-06-01", "part-2025-06-25"}  # July begins in Paris on 30 June, 22:00 UTC
    assert deliver(workspace, more) == {*in_june, "part-2026-02-01"}
    kept = {part.name: part.read_bytes() for part in list_parts(workspace)}
    assert not {"part-0000.parquet", "part-2025.parquet"} & {*kept}
    anew = run_anew(workspace, workspace.with_name("anew")).tables
    folder = "people/contact_journey"
    assert kept == {one[len(folder) + 1 :]: anew[one] for one in anew if one.startswith(folder)}
