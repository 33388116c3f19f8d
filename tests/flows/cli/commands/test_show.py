"""`show`: what is published, as a list and as rows."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.cli import console
from flows.cli.app import main
from flows.cli.commands import show
from tests.support.commands import Call

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]


def test_show_says_what_to_do_when_nothing_is_published(workspace: Path, call: Call) -> None:
    assert "campaign-reports run" in call("show", workspace, code=2).err


def test_show_lists_tables(
    workspace: Path, call: Call, publish: Publish, report: pl.DataFrame
) -> None:
    publish(workspace, {"email/message_report": report, "sms/message_report": report})
    assert json.loads(call("show", workspace, "--json").out) == [
        {
            "group": group,
            "table": "message_report",
            "rows": 2,
            "columns": 6,
            "description": f"One row per {group}/message_report.",
        }
        for group in ("email", "sms")
    ]
    assert "email/message_report\t2\t6\tOne row per" in call("show", workspace).out


def test_a_list_of_tables_of_which_one_is_cut_short_names_it(
    workspace: Path, call: Call, publish: Publish, report: pl.DataFrame
) -> None:
    manifest = publish(workspace, {"email/message_report": report})
    path = workspace / manifest.outputs[0].path
    path.write_bytes(path.read_bytes()[:100])
    assert manifest.outputs[0].path in call("show", workspace, code=4).err


def test_show_prints_rows(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    call: Call,
    publish: Publish,
    report: pl.DataFrame,
) -> None:
    publish(workspace, {"email/message_report": report})
    first, second = json.loads(call("show", workspace, "message_report", "--json").out)
    assert first == {
        "message_id": "m1",
        "contact_id": "101",
        "click_rate": 2 / 3,
        "cost": 12.5,
        "first_sent_at": "2026-07-01T12:00:00Z",
        "date_day": "2026-07-01",
    }
    assert set(second.values()) == {"m2", "102", None}
    assert call("show", workspace, "email/message_report", "--limit", "1").out.splitlines()[1:] == [
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
    workspace: Path, call: Call, table: str, says: str, publish: Publish
) -> None:
    rows = pl.DataFrame({"message_id": ["m1"]})
    publish(workspace, {"email/message_report": rows, "sms/message_report": rows})
    assert says in call("show", workspace, table, code=2).err


def test_show_makes_control_characters_visible(
    workspace: Path, call: Call, publish: Publish
) -> None:
    nasty = pl.DataFrame({"name": ["\x1b[31mred\t\n[bold]"]})
    publish(workspace, {"email/names": nasty})
    assert call("show", workspace, "names").out == "name\n\\x1b[31mred\\t\\n[bold]\n"


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


def test_a_journey_is_one_line_a_step(workspace: Path, call: Call, publish: Publish) -> None:
    publish(workspace, {"people/contact_journey/part-0": pl.DataFrame(JOURNEY)})
    assert call("show", workspace, "journey", "--contact", "101").out == JOURNEY_TEXT.lstrip()
    assert (
        len(json.loads(call("show", workspace, "journey", "--contact", "101", "--json").out)) == 6
    )
    out, err = call("show", workspace, "journey", "--contact", "999")
    assert (out, "nothing is known" in err) == ("", True)


def test_one_contact_id_of_two_organizations_is_two_people(
    workspace: Path, call: Call, publish: Publish
) -> None:
    rows = [row(org_id=org, kind="send", channel="sms") for org in ("a", "b")]
    publish(workspace, {"people/contact_journey": pl.DataFrame(rows)})
    lines = call("show", workspace, "journey", "--contact", "101").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["organization", "a", "b"]


def test_a_journey_in_parts_by_time_is_told_one_organization_after_the_other(
    workspace: Path, capsys: pytest.CaptureFixture[str], publish: Publish
) -> None:
    parts = {
        f"people/contact_journey/part-2026-0{month}": pl.DataFrame(
            [row(org_id=org, kind="send", channel=f"{org}{month}") for org in ("a", "b")]
        )
        for month in (1, 2)
    }
    publish(workspace, parts)
    assert main(["show", str(workspace), "journey", "--contact", "101", "--json"]) == 0
    told = [step["channel"] for step in json.loads(capsys.readouterr().out)]
    assert told == ["a1", "a2", "b1", "b2"]


def test_a_terminal_gets_a_table_or_blocks_without_empty_columns(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call, publish: Publish
) -> None:
    monkeypatch.setattr(show, "on_terminal", lambda: True)
    monkeypatch.setattr(console, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = pl.DataFrame({"id": range(30), "empty": [None] * 30})
    wide = pl.DataFrame({"name": ["a" * 30], "url": ["b" * 30], "empty": [None]})
    publish(workspace, {"email/narrow": narrow, "email/wide": wide})
    out, err = call("show", workspace, "narrow")
    assert [line.strip() for line in out.splitlines()][2:] == [str(n) for n in range(20)]
    assert "empty" not in out
    assert "20 of 30 rows" in err
    assert call("show", workspace, "wide").out == f"-- 1 --\nname  {'a' * 30}\nurl   {'b' * 30}\n\n"


FIGURES = pl.DataFrame(
    {
        "org_id": ["a", "a", "b"],
        "ad_id": ["1", None, "3"],
        "ad_name": ["Spring", "Spring \u202esale", "Autumn"],
        "date_day": [date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3)],
        "clicks": [5, 50, 500],
        "spend": [Decimal("1.5000"), Decimal("20.0000"), None],
        "is_human": [True, False, None],
    },
    schema_overrides={"spend": pl.Decimal(18, 4)},
)


@pytest.mark.parametrize(
    ("options", "clicks"),
    [
        (["--where", "clicks>5"], [50, 500]),
        (["--where", "clicks>5", "--where", "org_id=a"], [50]),
        (["--where", "spend<=1.5"], [5]),
        (["--where", "date_day>=2026-07-02"], [50, 500]),
        (["--where", "ad_id="], [50]),
        (["--where", "ad_id!="], [5, 500]),
        (["--where", "ad_id!=1"], [50, 500]),
        (["--where", "ad_name~SPRING"], [5, 50]),
        (["--where", "is_human=true"], [5]),
        (["--sort", "-clicks"], [500, 50, 5]),
        (["--sort", "org_id,-clicks", "--limit", "2"], [50, 5]),
    ],
)
def test_show_asks_for_rows_and_their_order(
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
    publish: Publish,
    options: list[str],
    clicks: list[int],
) -> None:
    publish(workspace, {"ads/ad_performance": FIGURES})
    assert main(["show", str(workspace), "ad_performance", "--json", *options]) == 0
    assert [row["clicks"] for row in json.loads(capsys.readouterr().out)] == clicks


def test_show_prints_the_columns_asked_for_as_csv(
    workspace: Path, capsys: pytest.CaptureFixture[str], publish: Publish
) -> None:
    publish(workspace, {"ads/ad_performance": FIGURES})
    options = ["--columns", "clicks,spend", "--columns", "date_day", "--csv"]
    assert main(["show", str(workspace), "ad_performance", *options]) == 0
    out = "clicks,spend,date_day\n5,1.5000,2026-07-01\n50,20.0000,2026-07-02\n500,,2026-07-03\n"
    assert capsys.readouterr().out == out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--where", "clickz>5"], "Did you mean 'clicks'?"),
        (["--where", "clicks>many"], "is not a value of the column clicks"),
        (["--where", "date_day>01/02/2026"], "is not a value of the column date_day"),
        (["--where", "clicks"], "cannot be read"),
        (["--sort", "spent"], "Did you mean 'spend'?"),
        (["--columns", "spent"], "Did you mean 'spend'?"),
        (["--csv", "--json"], "two forms of one answer"),
        (["--contact", "101"], "has no column 'contact_id'"),
    ],
)
def test_show_refuses_what_it_cannot_answer(
    workspace: Path, call: Call, publish: Publish, options: list[str], says: str
) -> None:
    publish(workspace, {"ads/ad_performance": FIGURES})
    out, err = call("show", workspace, "ad_performance", *options, code=2)
    assert (out, says in err) == ("", True), err


def test_on_a_terminal_numbers_stand_right_and_nothing_steers_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, call: Call, publish: Publish
) -> None:
    monkeypatch.setattr(show, "on_terminal", lambda: True)
    monkeypatch.setattr(console, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    publish(workspace, {"ads/ad_performance": FIGURES, "ads/utm_audit": FIGURES.clear()})
    ask = ["show", str(workspace), "ad_performance"]
    lines = call(*ask, "--columns", "ad_name,clicks").out.splitlines()
    assert [line.rstrip()[-6:] for line in lines[2:5]] == ["     5", "    50", "   500"]
    assert "Spring \\u202esale" in lines[3]
    monkeypatch.setenv("COLUMNS", "20")
    out, err = call(*ask, "--columns", "ad_name,clicks,spend", "--limit", "1")
    assert out == "-- 1 --\nad_name  Spring\nclicks          5\nspend    1.50 USD\n\n"
    assert "1 of 3 rows" in err
    out = call(*ask, "--json", "--where", "ad_id=").out
    assert "\u202e" not in out
    assert json.loads(out)[0]["ad_name"] == "Spring \u202esale"
    assert "nothing is broken between links and ads" in call("show", workspace, "utm_audit").err


def test_show_says_what_a_table_that_is_not_there_would_need(
    workspace: Path, call: Call, publish: Publish
) -> None:
    publish(workspace, {"people/contact_report": FIGURES})
    assert (
        "It needs a feed of orders"
        in call("show", workspace, "attribution/order_touches", code=2).err
    )
