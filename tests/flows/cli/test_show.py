"""`show`: what is published, as a list and as rows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.cli import console, show
from flows.cli.app import main

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


def row(**known: object) -> dict[str, object]:
    """A row of a journey with what is known and nothing else."""
    names = (
        "occurred_at kind channel event_type campaign_id campaign_name message_id message_name "
        "platform ad_id ad_name url order_id revenue"
    )
    blank: dict[str, object] = dict.fromkeys(names.split())
    return {"org_id": "default", "contact_id": "101"} | blank | known


def at(hour: int) -> datetime:
    """An hour of the first of July."""
    return datetime(2026, 7, 1, hour, tzinfo=UTC)


JOURNEY = [
    row(occurred_at=at(8), kind="send", channel="email", campaign_name="VIP", message_name="VIP B"),
    row(
        occurred_at=at(9),
        kind="event",
        channel="email",
        event_type="email_clicked",
        campaign_id="c1",
        message_name="VIP B",
        url="https://shop.example.com",
    ),
    row(occurred_at=at(10), kind="event", event_type="store_visit"),
    row(occurred_at=at(11), kind="session", channel="ads", platform="google_ads", ad_name="Spring"),
    row(occurred_at=at(12), kind="order", order_id="o1", revenue=Decimal("12.5000")),
    row(kind="send", channel="sms", campaign_id="c2", message_id="c2"),
    row(contact_id="202", kind="send", channel="sms"),
]
JOURNEY_TEXT = """
when\tchannel\twhat\tabout\tdetail
2026-07-01 08:00:00\temail\tsent\tVIP > VIP B\t
2026-07-01 09:00:00\temail\tclicked\tc1 > VIP B\thttps://shop.example.com
2026-07-01 10:00:00\t\tstore visit\t\t
2026-07-01 11:00:00\tads\tvisited\tSpring\t
2026-07-01 12:00:00\t\tordered\t\to1: 12.50
not yet\tsms\tsent\tc2\t
"""


def test_a_journey_is_one_line_a_step(
    workspace: Path, capsys: pytest.CaptureFixture[str], publish: Publish
) -> None:
    publish(workspace, {"people/contact_journey/part-0": pl.DataFrame(JOURNEY)})
    assert main(["show", str(workspace), "journey", "--contact", "101"]) == 0
    assert capsys.readouterr().out == JOURNEY_TEXT.lstrip()
    assert main(["show", str(workspace), "journey", "--contact", "101", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 6
    assert main(["show", str(workspace), "journey", "--contact", "999"]) == 0
    out, err = capsys.readouterr()
    assert (out, "nothing is known" in err) == ("", True)


def test_one_contact_id_of_two_organizations_is_two_people(
    workspace: Path, capsys: pytest.CaptureFixture[str], publish: Publish
) -> None:
    rows = [row(org_id=org, kind="send", channel="sms") for org in ("a", "b")]
    publish(workspace, {"people/contact_journey": pl.DataFrame(rows)})
    assert main(["show", str(workspace), "journey", "--contact", "101"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["organization", "a", "b"]


def test_a_terminal_gets_a_table_or_blocks_without_empty_columns(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    publish: Publish,
) -> None:
    monkeypatch.setattr(show, "on_terminal", lambda: True)
    monkeypatch.setattr(console, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = pl.DataFrame({"id": range(30), "empty": [None] * 30})
    wide = pl.DataFrame({"name": ["a" * 30], "url": ["b" * 30], "empty": [None]})
    publish(workspace, {"email/narrow": narrow, "email/wide": wide})
    assert main(["show", str(workspace), "narrow"]) == 0
    out, err = capsys.readouterr()
    assert [line.strip() for line in out.splitlines()][2:] == [str(n) for n in range(20)]
    assert "empty" not in out
    assert "the first 20 rows" in err
    assert main(["show", str(workspace), "wide"]) == 0
    assert capsys.readouterr().out == f"name  {'a' * 30}\nurl   {'b' * 30}\n\n"
