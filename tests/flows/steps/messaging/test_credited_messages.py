"""Orders stand in message reports as they are credited, whatever ids contradict each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.cli.app import main
from tests.support.publishing import publish_tables
from tests.support.workspaces import Ran, feed, run_workspace, write_workspace

FILES = {
    "contacts": "contact_id\nann\nbob\n",
    "messages": "message_id,name,channel\nletter,Letter,direct_mail\nmail,Mail,email\n",
    "sends": (
        "send_id,message_id,contact_id,status,sent_at,is_holdout\n"
        "1,letter,ann,sent,2026-01-01T10:00:00Z,false\n"
        "2,mail,ann,queued,2026-01-01T10:00:00Z,true\n"
    ),
    "orders": "order_id,contact_id,ordered_at,revenue\no,{buyer},2026-01-05T10:00:00Z,100\n",
}
EVENTS = "event_id,event_type,occurred_at,contact_id,send_id,message_id\n"
TOML = '[attribution]\nmodels = ["last_touch"]\n' + "".join(
    feed(table, f"raw/{table}.csv") for table in (*FILES, "events")
)


def write(place: Path, buyer: str, *events: str) -> Path:
    files = {f"raw/{name}.csv": text.format(buyer=buyer).encode() for name, text in FILES.items()}
    files["raw/events.csv"] = "".join([EVENTS, *(f"{one}\n" for one in events)]).encode()
    return write_workspace(place / "ws", TOML, files)


def credited(ran: Ran) -> list[tuple[Any, ...]]:
    names = ("channel", "credited_orders", "revenue")
    return [
        (channel, int(orders), int(revenue))
        for channel, orders, revenue in ran.table("attribution", "channel_attribution")
        .select(names)
        .iter_rows()
    ]


def test_mail_of_a_known_send_reaches_nobody_else(tmp_path: Path) -> None:
    """The send says to whom it went: an event of it that names bob shows no letter to bob."""
    events = [
        f"e{number},direct_mail_sent,2026-01-01T10:00:00Z,bob,{named}"
        for number, named in enumerate(("1,", "1,letter", "2,", "2,letter"))
    ]
    ran = run_workspace(write(tmp_path, "bob", *events), tmp_path / "out")
    assert credited(ran) == [("(direct)", 1, 100)]
    assert ran.table("direct_mail", "message_report")["orders"].sum() == 0


def test_mail_of_an_unknown_send_is_shown(tmp_path: Path) -> None:
    event = "e,direct_mail_sent,2026-01-01T10:00:00Z,bob,9,letter"
    ran = run_workspace(write(tmp_path, "bob", event), tmp_path / "out")
    assert credited(ran) == [("direct_mail", 1, 100)]
    got = ran.table("direct_mail", "message_report").select("message_id", "sends", "orders")
    assert got.rows() == [("letter", 2, 1)]


def test_a_click_of_a_hold_out_has_a_row_where_it_was_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ann was held out of an e-mail, clicked on it as if it were an SMS, and bought."""
    root = write(tmp_path, "ann", "e,sms_clicked,2026-01-02T10:00:00Z,ann,2,")
    publish_tables(root)
    day, message = {"date_day": "2026-01-05"}, {"message_id": "mail"}
    keys = {
        "sms/message_report": message,
        "sms/daily_report": message | day,
        "sms/channel_report": day,
        "campaigns/hierarchy_report": message | {"level": "message"},
    }
    cells = [
        {"table": table, "key": key, "column": column}
        for table, key in keys.items()
        for column in ("orders", "revenue")
    ]
    (tmp_path / "cells.json").write_text(json.dumps(cells))
    assert main(["explain", str(root), "--cells", str(tmp_path / "cells.json"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [one["value"] for one in said] == [1, 100] * len(keys)
    assert [[row["table"] for row in one["rows"]] for one in said] == [["orders"]] * len(cells)
