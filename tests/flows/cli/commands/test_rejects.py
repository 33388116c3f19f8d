"""`rejects`: the rows in quarantine, their reasons, and what would help."""

import json
from pathlib import Path

import pytest

from flows.cli.app import main
from flows.cli.commands.rejects import hint_at
from flows.errors import DataRefused
from tests.support.commands import Call
from tests.support.publishing import publish_tables
from tests.support.workspaces import feed, write_workspace

TOML = (
    feed("contacts", "raw/contacts.csv")
    + feed("sends", "raw/sends.csv")
    + feed("orders", "raw/orders.csv", name='"shop"')
)
FILES = {
    "raw/contacts.csv": b"contact_id\n101\n",
    "raw/sends.csv": b"send_id,contact_id,status\n1,101,sent\n2,101,sold\n",
    "raw/orders.csv": b"order_id,ordered_at,contact_id,revenue\n1,01.02.2026,101,5.00\n",
}


@pytest.fixture
def refused(tmp_path: Path) -> tuple[Path, DataRefused]:
    """A workspace whose only run was refused, and what it said."""
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    with pytest.raises(DataRefused) as stopped:
        publish_tables(root)
    return root, stopped.value


def test_a_refusal_names_the_file_that_holds_the_rows(refused: tuple[Path, DataRefused]) -> None:
    root, error = refused
    (named,) = [word for word in error.hint.split() if word.startswith("quarantine/")]
    assert (root / named.rstrip(":")).is_file()


def test_every_row_with_its_reasons_and_what_would_help(
    refused: tuple[Path, DataRefused], call: Call
) -> None:
    root, _ = refused
    sold, day_first = json.loads(call("rejects", root, "--json").out)
    assert (sold["feed"], sold["file"], sold["row_number"]) == ("sends", "raw/sends.csv", 2)
    assert sold["table"] == "sends"
    assert json.loads(sold["raw"]) == {"send_id": "2", "contact_id": "101", "status": "sold"}
    assert sold["hint"].endswith('values = { status = { "theirs" = "ours" } }')
    assert day_first["feed"] == "shop"
    assert day_first["reasons"][0].startswith("ordered_at: ")
    assert "formats = { ordered_at = " in day_first["hint"]


def test_one_feed_alone_tab_separated_in_a_pipe(
    refused: tuple[Path, DataRefused], capsys: pytest.CaptureFixture[str], call: Call
) -> None:
    root, _ = refused
    assert main(["rejects", str(root), "shop"]) == 0
    header, row = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert header == ["feed", "file", "row_number", "table", "reasons", "hint", "raw"]
    assert row[:4] == ["shop", "raw/orders.csv", "1", "orders"]
    assert "Did you mean 'shop'?" in call("rejects", root, "shp", code=2).err


def test_a_feed_without_rejected_rows_has_none_and_an_unknown_one_is_an_error(
    refused: tuple[Path, DataRefused], call: Call
) -> None:
    root, _ = refused
    assert json.loads(call("rejects", root, "contacts", "--json").out) == []
    (root / "raw/sends.csv").write_bytes(b"send_id,contact_id,status\n1,101,sent\n")
    (root / "raw/orders.csv").write_bytes(b"order_id,ordered_at,contact_id,revenue\n")
    publish_tables(root)
    assert main(["rejects", str(root), "shop", "--json"]) == 0
    assert "Did you mean 'shop'?" in call("rejects", root, "shp", code=2).err
    assert main(["rejects", str(root), "--run", "20010101T000000Z-000000"]) == 2


def test_a_workspace_without_a_run_has_no_row_in_quarantine(tmp_path: Path, call: Call) -> None:
    root = write_workspace(tmp_path / "ws", feed("orders", "raw/orders.csv"), {})
    assert call("rejects", root).err == ("no row is in quarantine: no run has read anything yet\n")


def test_a_later_run_without_rejected_rows_shows_none(
    refused: tuple[Path, DataRefused], call: Call
) -> None:
    root, _ = refused
    (root / "raw/sends.csv").write_bytes(b"send_id,contact_id,status\n1,101,sent\n")
    (root / "raw/orders.csv").write_bytes(b"order_id,ordered_at,contact_id,revenue\n")
    publish_tables(root)
    out, err = call("rejects", root, "--json")
    assert json.loads(out) == []
    assert "no row is in quarantine" in err


@pytest.mark.parametrize(
    ("reason", "helps"),
    [
        ("email or contact_id: missing", "columns = { email ="),
        ("spend: not a number", 'decimal = ","'),
        ('spend: not a number; thousands = "," would read it', 'thousands = "," would read it'),
        ("date_day: not a date", "formats = { date_day ="),
        ("status: not one of sent, failed", "values = { status ="),
        ("event_type: does not look like ^[a-z]", "values = { event_type ="),
        ("channel: not a channel: does not look like ^[a-z]", "values = { channel ="),
        ("bytes that are not text in the file's encoding", 'encoding = "latin-1"'),
        ("too few cells", 'total_rows = ["…"]'),
        ("too many cells", 'delimiter = ";"'),
        ("erased", "nothing"),
        ("too many cells", "where the file is made"),
    ],
)
def test_what_would_help_names_the_setting(reason: str, helps: str) -> None:
    assert helps in hint_at(reason)
