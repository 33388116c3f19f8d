"""What a feed's files may hold, and what becomes of it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tests.support.workspaces import (
    account,
    as_csv,
    as_json_lines,
    feed,
    read_files,
    rows,
    run_workspace,
    write_workspace,
)

EVENTS = feed("events", "raw/events/*")
CONTACTS = feed("contacts", "raw/contacts/*") + EVENTS


@pytest.mark.parametrize("own", ["00123", "900719925474099312", "1e5", "0x10", "1.0", "007-é"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_ids_stay_as_they_are(tmp_path: Path, own: str, kind: str) -> None:
    content = as_json_lines([{"contact_id": own}])
    if kind == "csv":
        content = f"contact_id,email\n{own},\n".encode()
    if kind == "parquet":
        pl.DataFrame({"contact_id": [own]}).write_parquet(tmp_path / "one.parquet")
        content = (tmp_path / "one.parquet").read_bytes()
    found = read_files(tmp_path, CONTACTS, {f"raw/contacts/one.{kind}": content})
    assert rows(found, "contacts", "org_id", "contact_id") == [("default", own)]


def test_numbers_as_ids_keep_all_digits(tmp_path: Path) -> None:
    pl.DataFrame({"contact_id": [900719925474099313]}).write_parquet(tmp_path / "one.parquet")
    found = read_files(
        tmp_path,
        CONTACTS,
        {
            "raw/contacts/one.jsonl": b'{"contact_id": 900719925474099312}\n',
            "raw/contacts/two.parquet": (tmp_path / "one.parquet").read_bytes(),
        },
    )
    assert sorted(rows(found, "contacts", "contact_id")) == [
        ("900719925474099312",),
        ("900719925474099313",),
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_empty_text_is_null(tmp_path: Path, kind: str) -> None:
    people = [
        {"contact_id": "1", "email": "", "updated_at": "", "tier": ""},
        {"contact_id": "", "email": "a@x.io", "updated_at": "", "tier": "x"},
    ]
    content = as_json_lines(people) if kind == "jsonl" else as_csv(people, list(people[0]))
    if kind == "parquet":
        pl.DataFrame(people).write_parquet(tmp_path / "one.parquet")
        content = (tmp_path / "one.parquet").read_bytes()
    found = read_files(tmp_path, CONTACTS, {f"raw/contacts/one.{kind}": content})
    got = rows(found, "contacts", "contact_id", "email", "updated_at", "attributes")
    assert got == [("1", None, None, None)]
    assert [account(one) for one in found.inputs] == [(2, 1, 1, 0, 0)]


MONEY = {
    "0.1": "0.1000",
    "12345678901234.5678": "12345678901234.5678",
    "-3": None,
    "1,5": None,
    "12.5 USD": None,
    "NaN": None,
    "1e3": "1000.0000",
    "123456789012345.0": None,
}


def test_money_is_exact_or_rejected(tmp_path: Path) -> None:
    """Each text in a file of its own, of both kinds."""
    toml = CONTACTS + feed("messages", "raw/messages/*")
    files, expected = {}, {}
    for number, (text, value) in enumerate(MONEY.items()):
        for kind in ("csv", "jsonl"):
            cells = {"message_id": f"{text} in {kind}", "name": "one", "cost": text}
            content = as_csv([cells], [*cells]) if kind == "csv" else as_json_lines([cells])
            files[f"raw/messages/{number}.{kind}"] = content
            if value is not None:
                expected[f"{text} in {kind}"] = Decimal(value)
    found = read_files(tmp_path, toml, files)
    assert dict(rows(found, "messages", "message_id", "cost")) == expected


def test_a_number_of_json_is_not_rounded_on_the_way(tmp_path: Path) -> None:
    toml = CONTACTS + feed("messages", "raw/messages/*")
    line = b'{"message_id": "m1", "name": "one", "cost": 12345678901234.5678}\n'
    found = read_files(tmp_path, toml, {"raw/messages/one.jsonl": line})
    assert rows(found, "messages", "cost") == [(Decimal("12345678901234.5678"),)]


INSTANTS = {
    "2026-03-29 01:59:59": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "2026-03-29 02:30:00": None,
    "2026-03-29T03:00:00": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "2026-10-25 02:30:00": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "2026-10-25 02:30:00+01:00": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "2026-10-25T02:30:00.123456Z": datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=UTC),
    "2026-10-25T02:30:00-0330": datetime(2026, 10, 25, 6, 0, tzinfo=UTC),
    "2026-10-25T02:30:00+05": datetime(2026, 10, 24, 21, 30, tzinfo=UTC),
    "2026-10-25": datetime(2026, 10, 24, 22, tzinfo=UTC),
    "2026-13-01 00:00:00": None,
    "2026-2-1 1:0:0": None,
    "25.10.2026 02:30": None,
    "1761359400": None,
    "2026-10-25 24:00:00": datetime(2026, 10, 25, 23, tzinfo=UTC),
    "2026-10-25 24:00:01": None,
}


@pytest.mark.parametrize("company", ["", "2026-01-01T00:00:00Z", "2026-01-01 00:00:00"])
def test_local_times(tmp_path: Path, company: str) -> None:
    """Each stamp in a file of its own, whatever the other stamp of the file looks like."""
    toml = feed("contacts", "raw/contacts/*", timezone='"Europe/Paris"') + EVENTS
    files = {}
    for number, stamp in enumerate(INSTANTS):
        people = [{"contact_id": stamp, "updated_at": stamp}]
        if company:
            people.insert(0, {"contact_id": f"beside {stamp}", "updated_at": company})
        files[f"raw/contacts/{number}.csv"] = as_csv(people, ["contact_id", "updated_at"])
    found = read_files(tmp_path, toml, files)
    got = dict(rows(found, "contacts", "contact_id", "updated_at"))
    of_company = [got.pop(f"beside {stamp}") for stamp in INSTANTS if company]
    assert got == {stamp: instant for stamp, instant in INSTANTS.items() if instant}
    assert len({*of_company}) == bool(company)


def test_constants_and_renamed_columns(tmp_path: Path) -> None:
    toml = CONTACTS + feed(
        "events",
        "raw/opens/*",
        name='"opens"',
        columns='{ event_id = "ID", contact_id = "user", occurred_at = "when" }',
        constants='{ event_type = "email_opened", org_id = "007", message_id = "m1" }',
    )
    files = {"raw/opens/one.csv": b"id, User ,When,org_id,mood\ne1,1,2026-01-01,other,calm\n"}
    found = read_files(tmp_path, toml, files)
    names = ("org_id", "event_id", "contact_id", "event_type", "message_id")
    assert rows(found, "events", *names) == [("007", "e1", "1", "email_opened", "m1")]
    ((attributes,),) = rows(found, "events", "attributes")
    assert json.loads(attributes)["mood"] == "calm"


def test_events_without_ids_count_once_in_a_file_and_over_files(tmp_path: Path) -> None:
    toml = CONTACTS
    one = b"event_type,occurred_at,contact_id\nopened,2026-01-01,1\nopened,2026-01-01,1\n"
    two = b"event_type,occurred_at,contact_id\nopened,2026-01-01,1\nopened,2026-01-02,1\n"
    found = read_files(tmp_path, toml, {"raw/events/1.csv": one, "raw/events/2.csv": two})
    assert len(rows(found, "events", "event_id")) == 2
    assert [account(i) for i in found.inputs] == [(2, 0, 0, 1, 1), (2, 2, 0, 0, 0)]


FLAT = (
    "SourceCampaignNumber,CampaignName,SourceDispatchNumber,DispatchName,SourceMessageNumber,"
    "MessageName,Cost,c_Paper\n"
    "04,Spring,0401,First,0401A,Cover A,412.50,matte\n"
    "04,Spring,0401,First,0401B,Cover B,1.05,\n"
    ",,,,,,,\n"
    ",,,,0401C,Cover C,2,\n"
    "05,Autumn,,,,,3,\n"
)


def test_a_flat_file_feeds_several_tables(tmp_path: Path) -> None:
    flat = '[[feeds]]\nsource = "acquia.direct_mail"\nfiles = "raw/flat/*"\n'
    toml = "[workspace]\nmax_rejected_share = 1\n" + CONTACTS + flat
    found = read_files(tmp_path, toml, {"raw/flat/mail.csv": FLAT.encode()})
    assert rows(found, "campaigns", "campaign_id", "name") == [("04", "Spring"), ("05", "Autumn")]
    assert rows(found, "dispatches", "dispatch_id", "campaign_id") == [("0401", "04")]
    names = ("message_id", "dispatch_id", "cost")
    assert rows(found, "messages", *names) == [
        ("0401A", "0401", Decimal("412.5")),
        ("0401B", "0401", Decimal("1.05")),
        ("0401C", None, Decimal(2)),
    ]
    accounts = {i.table: account(i) for i in found.inputs}
    assert accounts["dispatches"][:2] == (2, 1)
    assert accounts["messages"][1] == 3


def test_custom_columns_appear_in_their_level_s_report(tmp_path: Path) -> None:
    toml = "".join(
        feed(table, f"raw/{table}/*")
        for table in ("contacts", "campaigns", "dispatches", "messages", "sends")
    )
    files = {
        "raw/contacts/1.csv": b"contact_id,tier\n1,gold\n",
        "raw/campaigns/1.csv": b'campaign_id,name,channel,"say ""x"""\nc1,C,sms,campaign\n',
        "raw/dispatches/1.csv": b'dispatch_id,name,campaign_id,"say ""x"""\nd1,D,c1,dispatch\n',
        "raw/messages/1.csv": b'message_id,name,dispatch_id,"say ""x"""\nm1,M,d1,message\n',
        "raw/sends/1.csv": b"send_id,message_id,contact_id,status\ns1,m1,1,sent\n",
    }
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    for level in ("campaign", "dispatch", "message"):
        (row,) = ran.table("sms", f"{level}_report").to_dicts()
        assert json.loads(row["attributes"]) == {'say "x"': level}


def test_which_file_is_read_first_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two feeds give one key out of one file: the feed that is configured later wins."""
    of = 'event_id = "id", contact_id = "who", occurred_at = '
    toml = CONTACTS + "".join(
        feed(
            "events",
            "raw/mail/*",
            columns=f'{{ {of}"{action}" }}',
            constants=f'{{ event_type = "email_{action}" }}',
        )
        for action in ("opened", "clicked")
    )
    files = {"raw/mail/1.csv": b"id,who,opened,clicked\n1,101,2026-01-01,2026-01-02\n"}
    found = []
    for order in (1, -1):
        monkeypatch.setattr(
            "flows.ingest.raw_reading.as_completed", lambda some, by=order: [*some][::by]
        )
        place = tmp_path / str(order)
        read = read_files(place, toml, files)
        found.append((rows(read, "events", "event_type"), read.inputs))
    assert found[0] == found[1]
    assert found[0][0] == [("email_clicked",)]
