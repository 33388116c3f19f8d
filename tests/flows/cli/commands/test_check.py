"""`check`: what a run would read, and how it would end."""

import json
from pathlib import Path

import pytest

from tests.support.commands import Call
from tests.support.workspaces import as_json_lines, feed, write_workspace

EVENTS = [
    {"event_id": "1", "event_type": "email_opened", "occurred_at": "2026-07-01T23:30:00Z"},
    {"event_id": "2", "event_type": "store_visit", "occurred_at": "2026-07-03T01:00:00Z"},
    {"event_id": "3", "event_type": "whatsapp_replied", "occurred_at": "2026-07-02T01:00:00Z"},
    {"event_id": "4", "event_type": "clicked", "occurred_at": "2026-07-02T01:00:00Z"},
    {"event_id": "5", "event_type": "email_opened", "occurred_at": "yesterday"},
]
TOML = (
    '[workspace]\ntimezone = "Europe/Paris"\nchannels = ["whatsapp"]\nmax_rejected_share = 0.5\n'
    + feed("contacts", "raw/contacts.csv", columns='{ contact_id = "Nr" }', name='"shop"')
    + feed("events", "raw/events.jsonl")
)
FILES = {
    "raw/contacts.csv": b"Nr,email,tier\n101,ann@example.com,gold\n101,ann@example.com,gold\n",
    "raw/events.jsonl": as_json_lines(EVENTS),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "ws", TOML, FILES)


def test_each_feed_with_its_columns_words_days_and_rejected_rows(root: Path, call: Call) -> None:
    found = json.loads(call("check", root, "--json").out)
    shop, events = found["feeds"]
    assert (shop["feed"], shop["files"], shop["columns"]) == ("shop", 1, ["Nr", "email", "tier"])
    assert shop["left_over"] == ["tier"]
    (contacts,) = shop["tables"]
    assert contacts["mapped"] == {"contact_id": ["Nr"], "email": ["email"]}
    assert "phone" in contacts["not_found"]
    assert "org_id" not in contacts["not_found"]
    assert (contacts["accepted"], contacts["duplicates"], contacts["first_day"]) == (1, 1, None)
    (happened,) = events["tables"]
    assert (happened["first_day"], happened["last_day"]) == ("2026-07-02", "2026-07-03")
    seen = {one["event_type"]: (one["rows"], one["channel"]) for one in happened["event_types"]}
    assert seen == {
        "clicked": (1, "its send's"),
        "email_opened": (1, "email"),
        "store_visit": (1, "generic"),
        "whatsapp_replied": (1, "whatsapp"),
    }
    assert (happened["rows_read"], happened["accepted"], happened["rejected"]) == (5, 4, 1)
    (reason,) = happened["reasons"]
    assert reason.startswith("occurred_at: not a timestamp")
    assert found["inputs"][1]["path"] == "raw/events.jsonl"
    assert found["problem"] is None
    assert not (root / "state").exists()


def test_the_same_for_people(root: Path, call: Call) -> None:
    out, err = call("check", root)
    for line in (
        "shop (contacts): 1 file of raw/contacts.csv",
        "  left over     tier: kept as attributes",
        "  contacts: 2 read, 1 accepted, 1 duplicates",
        "    mapped      contact_id from Nr, email",
        "  events: 5 read, 4 accepted, 1 rejected; 2026-07-02 to 2026-07-03",
    ):
        assert line in out.splitlines()
    assert "store_visit 1 (generic)" in out
    assert "can be run" in err
    assert "ann@" not in out + err


def test_it_ends_as_a_run_would(root: Path, call: Call) -> None:
    (root / "raw/contacts.csv").write_bytes(b"Nr,email\n,y\n,x\n")
    out, err = call("check", root, "--json", code=3)
    problem = json.loads(out)["problem"]
    assert problem["exit_code"] == 3
    assert "feed shop has 2 of 2 rows rejected" in problem["message"]
    assert problem["message"] in err
    (root / "campaigns.toml").write_text(feed("events", "raw/events.jsonl"))
    assert "configure a parent model" in call("check", root, code=2).err


def test_a_file_that_cannot_be_read_is_shown_with_its_hint(root: Path, call: Call) -> None:
    (root / "raw/contacts.csv").write_bytes(b"Nummer,email\n1,a\n")
    (refused,) = json.loads(call("check", root, "--json", code=3).out)["feeds"][0]["refused"]
    assert refused["path"] == "raw/contacts.csv"
    assert refused["hint"]
