"""`audience`: contacts as a file for another program, with what of them is asked for."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from flows.cli.app import main
from tests.support.commands import Call
from tests.support.workspaces import as_json_lines, feed, write_workspace

CLICKED = {"event_type": "email_clicked", "occurred_at": "2026-01-02T00:00:00Z"}
LATER = {"event_type": "email_clicked", "occurred_at": "2026-01-09T00:00:00Z"}
CONTACTS = [
    {"contact_id": "1", "email": "ann@shop.example", "first_name": "=cmd()|' /C calc'!A0"},
    {"contact_id": "2", "email": "bo@shop.example", "first_name": "Bo"},
    {"contact_id": "3", "email": "cy@shop.example", "first_name": "Cy"},
]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The question who clicked: 1 and 2 early, 3 later."""
    events = [CLICKED | {"contact_id": one} for one in "12"] + [LATER | {"contact_id": "3"}]
    tables = {"contacts": CONTACTS, "events": events}
    write_workspace(
        tmp_path / "ws",
        "".join(feed(table, f"raw/{table}/*") for table in tables),
        {f"raw/{table}/1.jsonl": as_json_lines(rows) for table, rows in tables.items()},
    )
    monkeypatch.chdir(tmp_path)
    return ["audience", "ws", "--performed", "email_clicked"]


def test_a_csv_has_the_columns_that_are_asked_for(asked: list[str], call: Call) -> None:
    """Text that a spreadsheet would take for a formula has an apostrophe before it."""
    columns = ["--columns", "email,first_name"]
    out, err = call(*asked, "--to", "people.csv", "--to", "2026-01-05", *columns, "--json")
    assert json.loads(out) == {"contacts": 2, "path": "people.csv"}
    assert "@" not in out + err
    with Path("people.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["email", "first_name"],
            ["ann@shop.example", "'=cmd()|' /C calc'!A0"],
            ["bo@shop.example", "Bo"],
        ]
    assert not Path("audience.parquet").exists()


def test_nothing_personal_is_written_unasked(asked: list[str], tmp_path: Path) -> None:
    assert main(asked) == 0
    found = pl.read_parquet("audience.parquet")
    assert found.to_dict(as_series=False) == {
        "org_id": ["default"] * 3,
        "contact_id": ["1", "2", "3"],
    }
    assert not list((tmp_path / "ws").glob("reports/**/*.parquet"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--columns", "e_mail"], "Did you mean 'email'?"),
        (["--to", "a.csv", "--to", "b.csv"], "--to is given twice"),
        (["--to", "tomorrow"], "'tomorrow' is neither a date"),
        (["--to", "people.pdf"], "people.pdf has no ending that says what to write"),
        (["--output", "people.txt"], "people.txt has no ending that says what to write"),
    ],
)
def test_what_cannot_be_asked_for(
    asked: list[str], call: Call, arguments: list[str], says: str
) -> None:
    assert says in call(*asked, *arguments, code=2).err
