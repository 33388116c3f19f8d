"""Rows that a source leaves out are counted by the words for which they are."""

from pathlib import Path

from tests.support.exports import read_export, rows_of

SOURCE = """\
description = "till receipts"
leaves_other_rows = true

[[tables]]
table = "orders"
optional = ["email"]
when = { State = ["paid"] }
unless = { Till = ["training"] }

[tables.columns]
order_id = "No"
ordered_at = "At"
revenue = "Sum"
email = "Mail"
"""
HEAD = "No,At,Sum,Mail,State,Till\n"


def read_receipts(root: Path, text: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The orders of a file, and what is said of its other rows."""
    (root / "sources").mkdir()
    (root / "sources/till.receipts.toml").write_text(SOURCE)
    found = read_export(root, "till.receipts", text)
    assert found.refused == []
    notes = [warned.message for warned in found.warnings if warned.code == "note"]
    return rows_of(found, "orders", "order_id"), notes


def test_words_that_are_not_taken_or_are_refused_are_told(tmp_path: Path) -> None:
    """In any case; a row may be left out for two words; a word that is taken is no reason."""
    text = HEAD + (
        "1,2026-01-31T10:00:00Z,1,a@example.com,Paid,front\n"
        "2,2026-01-31T10:00:00Z,1,a@example.com,paid,Training\n"
        "3,2026-01-31T10:00:00Z,1,a@example.com,open,front\n"
        "4,2026-01-31T10:00:00Z,1,a@example.com,open,training\n"
        "5,2026-01-31T10:00:00Z,1,a@example.com,paid,\n"
    )
    orders, notes = read_receipts(tmp_path, text)
    assert orders == [("1",), ("5",)]
    left_out = "raw/a.csv: 3 rows left out: none of orders by the feed's source"
    assert notes == [f"{left_out} (State 'open' 2; Till 'Training' 1, 'training' 1)"]


def test_a_file_may_lack_what_refuses_rows(tmp_path: Path) -> None:
    text = "No,At,Sum,Mail,State\n1,2026-01-31T10:00:00Z,1,a@example.com,paid\n"
    assert read_receipts(tmp_path, text) == ([("1",)], [])


def test_what_may_be_a_person_s_is_not_quoted(tmp_path: Path) -> None:
    """A cell that slipped into the column of states: its row is counted, its text told nowhere."""
    text = HEAD + (
        "1,2026-01-31T10:00:00Z,1,,ada@example.com,front\n"
        "2,2026-01-31T10:00:00Z,1,,+49 30 123,front\n"
        "3,2026-01-31T10:00:00Z,1,,0301234567,front\n"
        "4,2026-01-31T10:00:00Z,1,,Ada Lovelace,front\n"
        "5,2026-01-31T10:00:00Z,1,,Open,front\n"
        "6,2026-01-31T10:00:00Z,1,,Open,front\n"
        "7,2026-01-31T10:00:00Z,1,,held back,front\n"
        "8,2026-01-31T10:00:00Z,1,,paid,TRAINING\n"
    )
    orders, notes = read_receipts(tmp_path, text)
    assert orders == []
    left_out = "raw/a.csv: 8 rows left out: none of orders by the feed's source"
    assert notes == [f"{left_out} (State 'Open' 2, 'held back' 1; Till 'TRAINING' 1)"]
