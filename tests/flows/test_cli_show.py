"""`show`: what is published, as a list and as rows."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.cli import main

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]


def test_show_says_what_to_do_when_nothing_is_published(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(workspace)]) == 2
    assert "campaign-reports run" in capsys.readouterr().err


def test_show_lists_tables(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    publish: Publish,
    report: pl.DataFrame,
) -> None:
    publish(workspace, {"email/message_report": report, "sms/message_report": report})
    assert main(["show", str(workspace), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "group": group,
            "table": "message_report",
            "rows": 2,
            "columns": 6,
            "description": f"One row per {group}/message_report.",
        }
        for group in ("email", "sms")
    ]
    assert main(["show", str(workspace)]) == 0
    assert "email/message_report\t2\t6\tOne row per" in capsys.readouterr().out


def test_show_prints_rows(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    publish: Publish,
    report: pl.DataFrame,
) -> None:
    publish(workspace, {"email/message_report": report})
    assert main(["show", str(workspace), "message_report", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first == {
        "message_id": "m1",
        "contact_id": "101",
        "click_rate": 2 / 3,
        "cost": 12.5,
        "first_sent_at": "2026-07-01T12:00:00Z",
        "date_day": "2026-07-01",
    }
    assert set(second.values()) == {"m2", "102", None}
    assert main(["show", str(workspace), "email/message_report", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "m1\t101\t0.6667\t12.5000\t2026-07-01T12:00:00Z\t2026-07-01"
    ]
    assert main(["show", str(workspace), "report", "--contact", "102", "--json"]) == 0
    assert [row["message_id"] for row in json.loads(capsys.readouterr().out)] == ["m2"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("message_report", "Say which one: email/message_report, sms/message_report."),
        ("email/mesage_report", "Did you mean 'email/message_report'?"),
        ("zzzz", "Leave the name out"),
    ],
)
def test_show_hints_at_the_table_that_was_meant(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    table: str,
    says: str,
    publish: Publish,
) -> None:
    rows = pl.DataFrame({"message_id": ["m1"]})
    publish(workspace, {"email/message_report": rows, "sms/message_report": rows})
    assert main(["show", str(workspace), table]) == 2
    assert says in capsys.readouterr().err


def test_show_makes_control_characters_visible(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    publish: Publish,
) -> None:
    nasty = pl.DataFrame({"name": ["\x1b[31mred\t\n[bold]"]})
    publish(workspace, {"email/names": nasty})
    assert main(["show", str(workspace), "names"]) == 0
    assert capsys.readouterr().out == "name\n\\x1b[31mred\\t\\n[bold]\n"
