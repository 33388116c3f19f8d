"""`explain` of figures about sends: the raw rows add up, by a reader of nothing but csv."""

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli.app import main
from tests.flows.explain.conftest import list_figures
from tests.support.commands import Call
from tests.support.erasures import erase
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_csv, feed, read_raw_row, write_workspace

ALL_SENDS = ("email/message_report", "--key", "message_id=m1", "--column", "sends")
TOML = '[workspace]\nmax_rejected_share = 0.5\n[attribution]\nmodels = ["last_touch"]\n' + "".join(
    feed(table, f"raw/{table}/*.csv")
    for table in ("contacts", "messages", "sends", "events", "orders")
)
SENT = "2026-03-01T08:00:00Z"
SENDS = [
    {"send_id": f"s{n}", "message_id": "m1", "contact_id": f"c{n}", "status": s, "sent_at": SENT}
    for n, s in enumerate(["delivered", "delivered", "bounced", "sent"])
]
EVENTS = [
    ("e1", "email_opened", "s0", "2026-03-01T09:00:00Z"),
    ("e2", "email_opened", "s0", "2026-03-02T09:00:00Z"),
    ("e3", "email_opened", "s1", "2026-03-02T09:30:00Z"),
    ("e1", "email_opened", "s0", "2026-03-01T09:00:00Z"),
    ("e4", "email_clicked", "s0", "2026-03-02T10:00:00Z"),
    ("e5", "email_opened", "s3", "no time at all"),
]
ORDERS = [
    {"order_id": i, "contact_id": "c0", "ordered_at": f"2026-03-{d}T00:00:00Z", "revenue": r}
    for i, d, r in (("o1", "03", "30.50"), ("o2", "04", "12.25"))
]
CONTACTS = [{"contact_id": f"c{n}"} for n in range(4)]
Explain = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four sends; one open of three is a copy, one has no time, one send was stated anew."""
    events = [
        {"event_id": i, "event_type": t, "send_id": s, "message_id": "m1", "occurred_at": at}
        | {"contact_id": f"c{s[1:]}", "url": "https://shop.example/" if "click" in t else ""}
        for i, t, s, at in EVENTS
    ]
    columns = [*SENDS[0], "updated_at"]
    first = [{**SENDS[0], "status": "sent", "updated_at": "2026-03-01T08:00:00Z"}]
    latest = [{**send, "updated_at": "2026-03-01T08:30:00Z"} for send in SENDS]
    message = {"message_id": "m1", "name": "Hello", "channel": "email", "cost": "7.5"}
    root = write_workspace(
        tmp_path_factory.mktemp("explain") / "ws",
        TOML,
        {
            "raw/contacts/1.csv": as_csv(
                [{"contact_id": f"c{n}"} for n in range(4)], ["contact_id"]
            ),
            "raw/messages/1.csv": as_csv([message], list(message)),
            "raw/sends/1.csv": as_csv(first, columns),
            "raw/sends/2.csv": as_csv(latest, columns),
            "raw/events/1.csv": as_csv(events, list(events[0])),
            "raw/orders/1.csv": as_csv(ORDERS, list(ORDERS[0])),
        },
    )
    publish_tables(root)
    return root


@pytest.fixture
def explain(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    """Ask the command for a figure of message m1."""

    def ask(table: str, column: str, *more: str, root: Path = workspace) -> tuple[int, Any]:
        key = [] if more and more[0] == "--key" else ["--key", "message_id=m1"]
        code = main(["explain", str(root), table, *key, "--column", column, *more, "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else {}

    return ask


def test_an_open_counts_by_its_own_row_and_a_copy_and_a_reject_do_not(
    workspace: Path, explain: Explain
) -> None:
    code, said = explain("email/message_report", "opens")
    assert code == 0
    assert said["value"] == 3
    assert [(one["row_number"], one["counts"]) for one in said["rows"]] == [
        (1, "1"),
        (2, "1"),
        (3, "1"),
    ]
    assert {read_raw_row(workspace, one)["event_type"] for one in said["rows"]} == {"email_opened"}
    left = {
        one["row_number"]: one["because"] for one in said["excluded"] if "events" in one["file"]
    }
    assert left[4].startswith("duplicate")
    assert left[6].startswith("rejected")


def test_a_unique_open_is_the_first_of_its_send(explain: Explain) -> None:
    _, said = explain("email/message_report", "unique_opens")
    assert [one["row_number"] for one in said["rows"]] == [1, 3]
    left = {one["row_number"]: one["because"] for one in said["excluded"]}
    assert "earlier event" in left[2]


def test_the_event_of_a_hold_out_is_told(tmp_path: Path, explain: Explain) -> None:
    """Contact 4 was held out, and opened what a colleague passed on."""
    columns = ["send_id", "message_id", "contact_id", "status", "is_holdout"]
    sends = [
        dict(zip(columns, row, strict=True))
        for row in (("s1", "m1", "c1", "delivered", ""), ("s4", "m1", "c4", "queued", "true"))
    ]
    events = [
        {"event_id": f"e{s}", "event_type": "email_opened", "send_id": s, "occurred_at": SENT}
        for s in ("s4", "s1")
    ]
    message = {"message_id": "m1", "name": "Hello", "channel": "email"}
    files = {
        "raw/contacts/1.csv": as_csv(CONTACTS, ["contact_id"]),
        "raw/messages/1.csv": as_csv([message], list(message)),
        "raw/sends/1.csv": as_csv(sends, columns),
        "raw/events/1.csv": as_csv(events, list(events[0])),
    }
    toml = "".join(feed(name, f"raw/{name}/*") for name in ("contacts", "messages", "sends"))
    root = write_workspace(tmp_path / "ws", toml + feed("events", "raw/events/*"), files)
    publish_tables(root)
    for column in ("opens", "unique_opens", "human_unique_opens"):
        code, said = explain("email/message_report", column, root=root)
        assert (code, [one["row_number"] for one in said["rows"]]) == (0, [2]), column
        left = [(one["row_number"], one["because"]) for one in said["excluded"]]
        assert left == [(1, "its contact was held out: never sent")], column


def test_a_bounce_is_told_by_the_row_that_says_its_kind(tmp_path: Path, explain: Explain) -> None:
    """Send 1 bounced softly, then hard, 2 by an event of no kind, 3 by its row; 4 was delivered."""
    sends = [
        {"send_id": s, "message_id": "m1", "contact_id": "c1", "status": status, "sent_at": SENT}
        for s, status in (("s1", "bounced"), ("s2", "sent"), ("s3", "bounced"), ("s4", "delivered"))
    ]
    events = [
        {"event_id": e, "event_type": "email_bounced", "send_id": s, "subtype": kind}
        | {"occurred_at": f"2026-03-02T0{hour}:00:00Z"}
        for hour, (e, s, kind) in enumerate(
            [("e1", "s1", "soft"), ("e2", "s1", "hard"), ("e3", "s2", ""), ("e4", "s4", "soft")]
        )
    ]
    tables = {
        "contacts": CONTACTS,
        "messages": [{"message_id": "m1", "name": "Hello", "channel": "email"}],
        "sends": sends,
        "events": events,
    }
    files = {f"raw/{name}/1.csv": as_csv(rows, [*rows[0]]) for name, rows in tables.items()}
    toml = "".join(feed(name, f"raw/{name}/*") for name in tables)
    root = write_workspace(tmp_path / "ws", toml, files)
    publish_tables(root)
    told = {}
    for column in ("bounced", "hard_bounces", "soft_bounces", "other_bounces"):
        _, said = explain("email/message_report", column, root=root)
        ids = [next(iter(read_raw_row(root, one).values())) for one in said["rows"]]
        told[column] = (said["value"], ids)
    assert told == {
        "bounced": (3, ["e3", "s1", "s3"]),
        "hard_bounces": (1, ["e2"]),
        "soft_bounces": (0, []),
        "other_bounces": (2, ["e3", "s3"]),
    }


def test_the_cost_of_no_day_has_no_orders(tmp_path: Path, explain: Explain) -> None:
    """A message that was never sent costs on no day; asking for its orders warns of nothing."""
    message = {"message_id": "m1", "name": "Hello", "channel": "email", "cost": "7.5"}
    files = {
        "raw/contacts/1.csv": as_csv(CONTACTS, ["contact_id"]),
        "raw/messages/1.csv": as_csv([message], list(message)),
        "raw/sends/1.csv": as_csv(SENDS[:1], list(SENDS[0])).replace(b"m1", b"m2"),
        "raw/events/1.csv": b"event_id,event_type,occurred_at\n",
        "raw/orders/1.csv": as_csv(ORDERS, list(ORDERS[0])),
    }
    root = write_workspace(tmp_path / "ws", TOML, files)
    publish_tables(root)
    keys = ("--key", "date_day=", "--key", "channel=email", "--key", "model=last_touch")
    for column, value in (("credited_orders", 0), ("cost", 7.5)):
        code, said = explain("attribution/channel_attribution", column, *keys, root=root)
        assert (code, float(said["value"])) == (0, value)


def test_of_versions_of_a_send_the_latest_counts(workspace: Path, explain: Explain) -> None:
    _, said = explain("email/message_report", "delivered")
    sends = [read_raw_row(workspace, one) for one in said["rows"]]
    assert [send["send_id"] for send in sends] == ["s0", "s1"]
    assert {send["status"] for send in sends} == {"delivered"}
    superseded = [one for one in said["excluded"] if one["because"].startswith("superseded")]
    assert [one["file"] for one in superseded] == ["raw/sends/1.csv"]


def test_revenue_is_that_of_the_orders_after_the_click(workspace: Path, explain: Explain) -> None:
    _, said = explain("email/message_report", "revenue")
    amounts = [Decimal(read_raw_row(workspace, one)["revenue"]) for one in said["rows"]]
    assert sum(amounts) == Decimal("42.75") == Decimal(str(said["value"]))


def test_a_rate_has_its_operands_with_their_rows(explain: Explain) -> None:
    _, said = explain("email/message_report", "open_rate")
    assert said["formula"] == "unique_opens / delivered"
    assert [(one["name"], one["value"], one["rows_total"]) for one in said["operands"]] == [
        ("unique_opens", 2, 2),
        ("delivered", 2, 2),
    ]
    assert said["value"] == 1.0


def test_every_figure_of_every_table_of_messages_adds_up(
    workspace: Path, require_sums: Callable[[list[dict[str, Any]]], None]
) -> None:
    tables = ("email/campaign_report", "email/dispatch_report", "email/message_report")
    keys = {
        **{table: {"org_id": "default"} for table in tables},
        "email/daily_report": {"date_day": "2026-03-02"},
        "email/channel_report": {"date_day": "2026-03-01"},
        "campaigns/hierarchy_report": {"level": "message"},
        "people/contact_report": {"contact_id": "c0"},
        "email/link_report": {"url": "https://shop.example/"},
        "email/domain_report": {"domain": "(none)"},
    }
    folder = workspace / "reports" / "latest"
    cells = [
        {"table": table, "key": key, "column": column}
        for table, key in keys.items()
        for column in list_figures(pl.read_parquet_schema(folder / f"{table}.parquet"))
    ]
    require_sums(cells)


def test_rows_go_to_a_file_and_raw_rows_show_only_on_request(
    tmp_path: Path, explain: Explain
) -> None:
    _, plain = explain("email/message_report", "opens", "--to", str(tmp_path / "rows.parquet"))
    assert "raw" not in plain["rows"][0]
    assert pl.read_parquet(tmp_path / "rows.parquet").height == 3
    _, personal = explain("email/message_report", "opens", "--personal")
    assert json.loads(personal["rows"][0]["raw"])["contact_id"] == "c0"


@pytest.mark.parametrize(
    ("table", "column", "key"),
    [
        ("email/message_report", "opens", "message_id=nobody"),
        ("email/message_report", "openings", "message_id=m1"),
        ("email/message_report", "message_name", "message_id=m1"),
        ("run/feeds", "accepted", "feed=nothing"),
    ],
)
def test_what_is_not_there_is_two(table: str, column: str, key: str, explain: Explain) -> None:
    assert explain(table, column, "--key", key) == (2, {})


def test_a_cell_of_many_that_cannot_be_explained_does_not_stop_the_others(
    workspace: Path, tmp_path: Path, call: Call
) -> None:
    cells = [
        {"table": "run/feeds", "key": {"feed": "nothing"}, "column": "accepted"},
        {"table": "email/message_report", "key": {"message_id": "m1"}, "column": "opens"},
    ]
    (tmp_path / "cells.json").write_text(json.dumps(cells))
    unknown, known = json.loads(
        call("explain", workspace, "--cells", tmp_path / "cells.json", "--json", code=2).out
    )
    assert unknown["error"] == "run/feeds has no row with feed as given"
    assert known["rows_total"] == known["value"] == 3


def test_a_key_that_hits_several_rows_is_told_the_whole_one(workspace: Path, call: Call) -> None:
    given = ("--key", "message_id=m1", "--column", "opens")
    told = call("explain", workspace, "email/daily_report", *given, code=2)
    assert "email/daily_report has several rows with message_id as given" in told.err
    assert "the row's key (org_id, date_day, message_id)" in told.err


def test_a_figure_that_was_tampered_with_is_one(
    workspace: Path, explain: Explain, call: Call
) -> None:
    """A file that is not what was published is refused; where its hash is forged, the rows say."""
    (published,) = (workspace / "reports/snapshots").glob("*/email/message_report.parquet")
    manifest, pointer = published.parents[1] / "manifest.json", workspace / "reports/current.json"
    whole = {path: path.read_bytes() for path in (published, manifest, pointer)}

    pl.read_parquet(published).with_columns(opens=pl.lit(9, pl.Int64)).write_parquet(published)
    keys = ["--key", "message_id=m1", "--column", "opens"]
    try:
        assert (
            "email/message_report"
            in call("explain", workspace, "email/message_report", *keys, code=4).err
        )
        told = json.loads(manifest.read_text())
        for output in told["outputs"]:
            if output["path"].endswith("email/message_report.parquet"):
                output["bytes"] = published.stat().st_size
                output["sha256"] = sha256(published.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(told))
        said_of = json.loads(pointer.read_text())
        said_of["manifest_sha256"] = sha256(manifest.read_bytes()).hexdigest()
        pointer.write_text(json.dumps(said_of))
        code, said = explain("email/message_report", "opens")
    finally:
        for path, content in whole.items():
            path.write_bytes(content)
    assert (code, said["value"], said["rows_total"]) == (1, 9, 3)


def test_other_raw_files_than_the_run_s_are_refused_and_nothing_is_written(
    workspace: Path, explain: Explain
) -> None:
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    more = workspace / "raw/orders/2.csv"
    explain("email/message_report", "opens")
    assert {path: path.stat().st_mtime_ns for path in workspace.rglob("*")} == before
    more.write_bytes(as_csv(ORDERS[:1], list(ORDERS[0])))
    try:
        assert explain("email/message_report", "opens") == (2, {})
    finally:
        more.unlink()


def test_what_an_erasure_took_since_is_told(workspace: Path, tmp_path: Path, call: Call) -> None:
    root = Path(shutil.copytree(workspace, tmp_path / "ws"))
    erase(root, contact="c1")
    told = call("explain", root, *ALL_SENDS, code=1).err
    assert "3 rows add up to 3, not to 4\nA person was erased since" in told
    publish_tables(root)
    assert "erased" not in call("explain", root, *ALL_SENDS).err
    erase(root, contact="c2", raw=True)
    told = call("explain", root, *ALL_SENDS, code=2).err
    assert "raw/contacts/1.csv and 1 more changed (an erasure wrote them anew)" in told
