"""SPEC §11: `rejects --replay`: the next run reads the files again that had rows rejected."""

import json
from pathlib import Path

from flows.catalog.ledger import list_readings
from flows.storage.layout import Layout
from tests.support.commands import Call
from tests.support.workspaces import account, feed, read_workspace, write_workspace

TOML = (
    "[workspace]\nmax_rejected_share = 1.0\n"
    + feed("contacts", "raw/contacts/*")
    + feed("sends", "raw/sends/*")
)
FILES = {
    "raw/contacts/1.csv": b"contact_id\n101\n",
    "raw/sends/1.csv": b"send_id,contact_id,status\n201,101,sent\n",
    "raw/sends/2.csv": b"send_id,contact_id,status\n202,101,gone\n",
}


def replay(root: Path, call: Call, *more: str) -> list[str]:
    return json.loads(call("rejects", root, *more, "--replay", "--json").out)


def test_only_what_had_rows_rejected_is_read_again(tmp_path: Path, call: Call) -> None:
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    ledger = Layout(root).ledger
    before = read_workspace(root, ledger).inputs
    kept = list_readings(ledger)
    assert replay(root, call, "contacts") == []
    assert list_readings(ledger) == kept
    (root / "raw/sends/0.csv").symlink_to("gone.csv")
    assert replay(root, call) == ["raw/sends/2.csv"]
    (root / "raw/sends/0.csv").unlink()
    assert len(list_readings(ledger)) == len(kept) - 1
    again = read_workspace(root, ledger)
    assert again.inputs == before
    assert list_readings(ledger) == kept
    assert [account(one) for one in before if one.path == "raw/sends/2.csv"] == [(1, 0, 1, 0, 0)]


def test_a_feed_that_nobody_configured_is_told_with_the_nearest(tmp_path: Path, call: Call) -> None:
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    assert "'sends'" in call("rejects", root, "send", "--replay", code=2).err
