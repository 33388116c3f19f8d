"""What a feed's files may hold, and what is said about those that cannot be read."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.manifest import InputFile
from flows.errors import DataRefused
from flows.read import FeedsRead, find_problem, reconcile_inputs, write_quarantine
from flows.settings import load_workspace
from tests.support.workspaces import (
    as_csv,
    as_json_lines,
    feed,
    read_workspace,
    run_workspace,
    write_workspace,
)

EVENTS = feed("events", "raw/events/*")
CONTACTS = feed("contacts", "raw/contacts/*") + EVENTS


def read(tmp_path: Path, toml: str, files: dict[str, bytes]) -> FeedsRead:
    root = write_workspace(tmp_path / "ws", toml, files)
    found = read_workspace(root, tmp_path / "ledger")
    assert all(check.holds for check in reconcile_inputs(found.inputs()))
    return found


def problem(tmp_path: Path, found: FeedsRead) -> str:
    refusal = find_problem(found, load_workspace(tmp_path / "ws", environ={}).config)
    assert refusal is None or isinstance(refusal, DataRefused)
    return str(refusal or "")


def rows(found: FeedsRead, table: str, *names: str) -> list[tuple[Any, ...]]:
    return found.catalog.scan(table).select(names).collect().rows()


def account(one: InputFile) -> tuple[int, ...]:
    return one.rows_read, one.accepted, one.rejected, one.superseded, one.duplicates


@pytest.mark.parametrize("own", ["00123", "900719925474099312", "1e5", "0x10", "1.0", "007-é"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_ids_stay_as_they_are(tmp_path: Path, own: str, kind: str) -> None:
    content = as_json_lines([{"contact_id": own}])
    if kind == "csv":
        content = f"contact_id,email\n{own},\n".encode()
    if kind == "parquet":
        pl.DataFrame({"contact_id": [own]}).write_parquet(tmp_path / "one.parquet")
        content = (tmp_path / "one.parquet").read_bytes()
    found = read(tmp_path, CONTACTS, {f"raw/contacts/one.{kind}": content})
    assert rows(found, "contacts", "org_id", "contact_id") == [("default", own)]


def test_numbers_as_ids_keep_all_digits(tmp_path: Path) -> None:
    pl.DataFrame({"contact_id": [900719925474099313]}).write_parquet(tmp_path / "one.parquet")
    found = read(
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
    found = read(tmp_path, CONTACTS, {f"raw/contacts/one.{kind}": content})
    got = rows(found, "contacts", "contact_id", "email", "updated_at", "attributes")
    assert got == [("1", None, None, None)]
    assert [account(one) for one in found.inputs()] == [(2, 1, 1, 0, 0)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", "0.1000"),
        ("12345678901234.5678", "12345678901234.5678"),
        ("-3", None),
        ("1,5", None),
        ("12.5 USD", None),
        ("NaN", None),
        ("1e3", "1000.0000"),
        ("123456789012345.0", None),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_money_is_exact_or_rejected(
    tmp_path: Path, text: str, value: str | None, kind: str
) -> None:
    toml = CONTACTS + feed("messages", "raw/messages/*")
    content = as_json_lines([{"message_id": "m1", "name": "one", "cost": text}])
    if kind == "csv":
        content = f'message_id,name,cost\nm1,one,"{text}"\n'.encode()
    found = read(tmp_path, toml, {f"raw/messages/one.{kind}": content})
    expected = [] if value is None else [(Decimal(value),)]
    assert rows(found, "messages", "cost") == expected


def test_a_number_of_json_is_not_rounded_on_the_way(tmp_path: Path) -> None:
    toml = CONTACTS + feed("messages", "raw/messages/*")
    line = b'{"message_id": "m1", "name": "one", "cost": 12345678901234.5678}\n'
    found = read(tmp_path, toml, {"raw/messages/one.jsonl": line})
    assert rows(found, "messages", "cost") == [(Decimal("12345678901234.5678"),)]


@pytest.mark.parametrize(
    ("stamp", "instant"),
    [
        ("2026-03-29 01:59:59", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("2026-03-29 02:30:00", None),
        ("2026-03-29T03:00:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00.123456Z", datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=UTC)),
        ("2026-10-25T02:30:00-0330", datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
        ("2026-10-25T02:30:00+05", datetime(2026, 10, 24, 21, 30, tzinfo=UTC)),
        ("2026-10-25", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("2026-13-01 00:00:00", None),
        ("2026-2-1 1:0:0", None),
        ("25.10.2026 02:30", None),
        ("1761359400", None),
        ("2026-10-25 24:00:00", None),
    ],
)
@pytest.mark.parametrize("company", [[], ["2026-01-01T00:00:00Z"], ["2026-01-01 00:00:00"]])
def test_local_times(
    tmp_path: Path, stamp: str, instant: datetime | None, company: list[str]
) -> None:
    """Whatever the other stamps of the file look like."""
    toml = feed("contacts", "raw/contacts/*", timezone='"Europe/Paris"') + EVENTS
    people = [{"contact_id": f"{n}", "updated_at": s} for n, s in enumerate([*company, stamp])]
    content = as_csv(people, ["contact_id", "updated_at"])
    found = read(tmp_path, toml, {"raw/contacts/one.csv": content})
    got = dict(rows(found, "contacts", "contact_id", "updated_at"))
    assert got.get(f"{len(company)}") == instant
    assert len(got) == len(company) + (instant is not None)


@pytest.mark.parametrize(
    "content", [b"", b"contact_id,email\n", b"contact_id,email", b"\xef\xbb\xbf"]
)
def test_an_empty_file_gives_a_warning_and_no_rows(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path, CONTACTS, {"raw/contacts/one.csv": content})
    assert rows(found, "contacts", "contact_id") == []
    assert found.refused == []
    assert ("empty_file", "raw/contacts/one.csv") in {
        (w.code, getattr(w, "path", None)) for w in found.warnings
    }


def test_a_missing_column_is_named_with_what_would_mend_it(tmp_path: Path) -> None:
    files = {"raw/contacts/one.csv": b"user,email\n1,ann@x.io\n"}
    told = problem(tmp_path, read(tmp_path, CONTACTS, files))
    assert "raw/contacts/one.csv" in told
    assert "contact_id" in told
    assert "columns" in told
    assert "ann@x.io" not in told


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.parquet", b"contact_id\n1\n"),
        ("one.parquet", b""),
        ("one.parquet", b"PAR1 and something else PAR1"),
        ("one.csv.gz", b"contact_id\n1\n"),
        ("one.csv.gz", gzip.compress(b"contact_id\n" + b"%d\n" * 5000 % (*range(5000),))[:-300]),
        ("one.csv.zst", b"contact_id\n1\n"),
        ("one.json", b"contact_id\n1\n"),
        ("one.jsonl", b"contact_id\n1\n"),
        ("one.csv", b'{"contact_id": "1"}\n'),
        ("one.csv", b"contact_id,email,email\n1,2,3\n"),
    ],
)
@pytest.mark.parametrize("on_refused", ["fail", "skip"])
def test_a_file_that_is_not_what_it_says_is_refused(
    tmp_path: Path, name: str, content: bytes, on_refused: str
) -> None:
    toml = feed("contacts", "raw/contacts/*", on_refused=f'"{on_refused}"') + EVENTS
    files = {f"raw/contacts/{name}": content, "raw/contacts/two.csv": b"contact_id\n7\n"}
    found = read(tmp_path, toml, files)
    (one,) = [i for i in found.inputs() if i.path == f"raw/contacts/{name}"]
    assert one.refused
    assert account(one) == (0, 0, 0, 0, 0)
    assert rows(found, "contacts", "contact_id") == [("7",)]
    told = problem(tmp_path, found)
    assert (name in told) == (on_refused == "fail")


def test_a_link_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"contact_id,email\n1,ann@x.io\n")
    root = write_workspace(tmp_path / "ws", CONTACTS, {})
    (root / "raw/contacts").mkdir(parents=True)
    (root / "raw/contacts/one.csv").symlink_to(tmp_path / "secret.csv")
    (root / "raw/more").symlink_to(tmp_path)
    found = read_workspace(root, tmp_path / "ledger")
    assert [one.path for one in found.inputs() if one.refused] == ["raw/contacts/one.csv"]
    assert "outside the workspace" in problem(tmp_path, found)


@pytest.mark.parametrize(("share", "stops"), [(0.5, False), (0.49, True), (0, True)])
def test_too_many_rejected_rows_stop_the_run(tmp_path: Path, share: float, stops: bool) -> None:  # noqa: FBT001
    toml = f"[workspace]\nmax_rejected_share = {share}\n{CONTACTS}"
    files = {"raw/contacts/one.csv": b"contact_id,updated_at\n1,\n2,yesterday at ann@x.io\n"}
    told = problem(tmp_path, read(tmp_path, toml, files))
    assert bool(told) == stops
    assert not stops or ("contacts" in told and "updated_at" in told)
    assert "ann@x.io" not in told


def test_constants_and_renamed_columns(tmp_path: Path) -> None:
    toml = CONTACTS + feed(
        "events",
        "raw/opens/*",
        name='"opens"',
        columns='{ event_id = "ID", contact_id = "user", occurred_at = "when" }',
        constants='{ event_type = "email_opened", org_id = "007", message_id = "m1" }',
    )
    files = {"raw/opens/one.csv": b"id, User ,When,org_id,mood\ne1,1,2026-01-01,other,calm\n"}
    found = read(tmp_path, toml, files)
    names = ("org_id", "event_id", "contact_id", "event_type", "message_id")
    assert rows(found, "events", *names) == [("007", "e1", "1", "email_opened", "m1")]
    ((attributes,),) = rows(found, "events", "attributes")
    assert json.loads(attributes)["mood"] == "calm"


def test_events_without_ids_count_once_in_a_file_and_over_files(tmp_path: Path) -> None:
    toml = CONTACTS
    one = b"event_type,occurred_at,contact_id\nopened,2026-01-01,1\nopened,2026-01-01,1\n"
    two = b"event_type,occurred_at,contact_id\nopened,2026-01-01,1\nopened,2026-01-02,1\n"
    found = read(tmp_path, toml, {"raw/events/1.csv": one, "raw/events/2.csv": two})
    assert len(rows(found, "events", "event_id")) == 2
    assert [account(i) for i in found.inputs()] == [(2, 0, 0, 1, 1), (2, 2, 0, 0, 0)]


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
    found = read(tmp_path, toml, {"raw/flat/mail.csv": FLAT.encode()})
    assert rows(found, "campaigns", "campaign_id", "name") == [("04", "Spring"), ("05", "Autumn")]
    assert rows(found, "dispatches", "dispatch_id", "campaign_id") == [("0401", "04")]
    names = ("message_id", "dispatch_id", "cost")
    assert rows(found, "messages", *names) == [
        ("0401A", "0401", Decimal("412.5")),
        ("0401B", "0401", Decimal("1.05")),
        ("0401C", None, Decimal(2)),
    ]
    accounts = {i.table: account(i) for i in found.inputs()}
    assert accounts["dispatches"][:2] == (2, 1)
    assert accounts["messages"][1] == 3


@pytest.mark.parametrize("level", ["campaign", "dispatch", "message"])
def test_custom_columns_appear_in_their_level_s_report(tmp_path: Path, level: str) -> None:
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
    (row,) = ran.table("sms", f"{level}_report").to_dicts()
    assert json.loads(row["attributes"]) == {'say "x"': level}


def test_no_personal_data_in_anything_that_is_told(tmp_path: Path) -> None:
    secrets = ["ann.secret@x.io", "Annabella", "+15550001111", "Secretsdottir"]
    ann = {
        "contact_id": "1",
        "email": secrets[0],
        "first_name": secrets[1],
        "phone": secrets[2],
        "last_name": secrets[3],
        "updated_at": secrets[0],
    }
    broken = (",".join(ann) + "\n" + ",".join([*secrets, *secrets]) + "\n").encode()
    files = {
        "raw/contacts/1.csv": as_csv([ann], list(ann)),
        "raw/contacts/2.csv": broken,
        "raw/contacts/3.csv": ",".join(secrets).encode() + b"\n1,2,3,4\n",
        "raw/contacts/4.jsonl": as_json_lines([ann]) + b'{"contact_id": "ann.secret@x.io"',
        "raw/contacts/5.json": b'[{"contact_id": "1", "email": "ann.secret@x.io", "created_at": "Annabella"}]',
        "raw/contacts/6.parquet": b"ann.secret@x.io",
        "raw/contacts/7.csv": b"contact_id,ann.secret@x.io,ann.secret@x.io\n1,2,3\n",
        "raw/events/1.jsonl": as_json_lines(
            [
                {"event_type": secrets[1], "occurred_at": secrets[3], "email": secrets[0]},
                {"event_type": "opened", "occurred_at": "2026-01-01", "is_machine": secrets[0]},
            ]
        ),
    }
    found = read(tmp_path, CONTACTS, files)
    write_quarantine(found, tmp_path / "quarantine", "run")
    reasons = [
        reason
        for file in (tmp_path / "quarantine").iterdir()
        for reason in pl.read_parquet(file).get_column("failed_checks").explode()
    ]
    told = [
        problem(tmp_path, found),
        *reasons,
        *(one.model_dump_json() for one in (*found.inputs(), *found.warnings)),
    ]
    assert reasons
    leaked = [(secret, text) for text in told for secret in secrets if secret in text]
    assert leaked == []
