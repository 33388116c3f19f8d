"""Erasing a person: nothing of them is left in any byte (SPEC §11)."""

import gzip
import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from contracts.manifest import InputFile, Manifest
from flows.campaign_reports import campaign_reports
from flows.cli.app import main
from flows.errors import UsageError
from flows.steps.maintenance.erasure import Erased
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import published_tables
from tests.support.erasures import erase
from tests.support.publishing import publish_tables
from tests.support.shared_folders import make_once
from tests.support.workspace_copies import copy_workspace
from tests.support.workspaces import as_json_lines, feed, write_workspace

ID, ADDRESS, PHONE, DEVICE = "ann-4711", "Ann.Nym@Example.org", "+47 22 33 44 55", "cookie-ann-1"
TRACES = ("ann-4711", "ann.nym", "22 33 44 55", "22334455", "cookie-ann", "nymphora")
"""What stands in the raw files of the person alone, in lower case."""

TOML = "[workspace]\nmax_rejected_share = 0.5\n" + "".join(
    feed(table, files)
    for table, files in {
        "contacts": "raw/contacts/*.csv",
        "sends": "raw/sends.jsonl.gz",
        "events": "raw/events.json",
        "orders": "raw/orders.parquet",
        "sessions": "raw/sessions.csv",
    }.items()
)
CONTACTS = (
    "contact_id;email;phone;last_name;city\n"
    f'{ID};{ADDRESS};{PHONE};"Nymphora; A.";Oslo\n'
    "bo-0815;bo@example.org;;Bo;Oslo\n"
    f"{ID};{ADDRESS.upper()};{PHONE};Nymphora;Bergen;too many cells\n"
).encode()
SENT = {"sent_at": "2026-01-10T11:00:00Z"}
SENDS = [
    {"send_id": "s1", "contact_id": ID, "message_id": "m1", "status": "delivered"} | SENT,
    {"send_id": "s2", "contact_id": "bo-0815", "message_id": "m1", "status": "delivered"},
    {"send_id": "s3", "email": f" {ADDRESS}", "message_id": "m1", "status": "sent"},
]
OPENED = {"event_type": "email_opened", "occurred_at": "2026-01-10T12:00:00Z"}
EVENTS = [
    {"event_id": "e1", "send_id": "s1", **OPENED},
    {"event_id": "e2", "send_id": "s2", **OPENED},
    {"event_id": "e3", "message_id": "m1", "contact_id": "bo-0815", **OPENED}
    | {"url": "https://x.io/?for=ann.nym%40example.org"},
]
SESSIONS = (
    "session_id,started_at,contact_id,anonymous_id\n"
    f"v1,2026-01-10T12:00:00Z,{ID},{DEVICE}\n"
    f"v2,2026-01-11T12:00:00Z,,{DEVICE}\n"
    "v3,2026-01-11T12:00:00Z,bo-0815,cookie-bo\n"
).encode()


def orders() -> bytes:
    """Orders as Parquet."""
    table = pl.DataFrame(
        {
            "order_id": ["1", "2"],
            "ordered_at": ["2026-01-12T12:00:00Z"] * 2,
            "email": [ADDRESS, "bo@example.org"],
            "revenue": ["10.00", "20.00"],
        }
    )
    out = BytesIO()
    table.write_parquet(out)
    return out.getvalue()


def build(place: Path) -> Path:
    """A workspace that was published twice."""
    files = {
        "raw/contacts/1.csv": CONTACTS,
        "raw/sends.jsonl.gz": gzip.compress(as_json_lines(SENDS)),
        "raw/events.json": json.dumps(EVENTS).encode(),
        "raw/orders.parquet": orders(),
        "raw/sessions.csv": SESSIONS,
    }
    root = write_workspace(place / "ws", TOML, files)
    run(root)
    (root / "raw/contacts/2.csv").write_bytes(b"contact_id;email\ncy-1;cy@example.org\n")
    run(root)
    return root


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was published twice, to be copied."""
    return make_once(tmp_path_factory, "erasure", build) / "ws"


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copy_workspace(built, tmp_path / "ws")


@pytest.fixture(scope="session")
def once_erased(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace from which the person is erased, but for its raw files."""

    def make(folder: Path) -> None:
        erase(copy_workspace(built, folder / "ws"), contact=ID)

    return make_once(tmp_path_factory, "erased", make) / "ws"


@pytest.fixture
def erased(once_erased: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copy_workspace(once_erased, tmp_path / "erased")


def run(root: Path) -> Manifest:
    """One run of the flow's function, with its page and descriptions."""
    return Manifest.model_validate(campaign_reports.fn(str(root), wait_seconds=0))


def find_traces(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder whose bytes, decompressed, or name bear the person."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        if file.suffix == ".gz":
            content = gzip.decompress(content)
        text = content.decode(errors="replace").lower()
        if file.suffix == ".parquet":
            text += pl.read_parquet(file).write_json().lower()
        if file.suffix == ".arrow":
            text += pl.read_ipc(file).write_json().lower()
        yield from ((file.name, trace) for trace in TRACES if trace in text + file.name.lower())


def inputs(manifest: Manifest) -> dict[str, InputFile]:
    """The manifest's inputs by path."""
    return {one.path: one for one in manifest.inputs}


def test_nothing_of_a_person_is_left_in_any_byte(root: Path) -> None:
    """State, quarantine, both snapshots, latest and the raw files, of five formats."""
    assert {name for name, _ in find_traces(root)} >= {"part-0000.parquet", "1.csv"}
    found = erase(root, contact=ID, raw=True, describes=True)
    assert found is not None
    assert found.files == {
        "raw/contacts/1.csv": 2,
        "raw/sends.jsonl.gz": 2,
        "raw/events.json": 2,
        "raw/orders.parquet": 1,
        "raw/sessions.csv": 2,
    }
    assert list(find_traces(root)) == []
    assert main(["verify", str(root)]) == 0
    (journey,) = published_tables(root)["people", "contact_journey"]
    assert all(b"description" in field.metadata for field in pq.read_schema(journey))
    assert (root / "raw/contacts/1.csv").read_text().startswith("contact_id;email;phone")
    manifest = run(root)
    assert list(find_traces(root)) == []
    assert {path: one.rows_read for path, one in inputs(manifest).items()} == {
        "raw/contacts/1.csv": 1,
        "raw/contacts/2.csv": 1,
        "raw/events.json": 1,
        "raw/orders.parquet": 1,
        "raw/sends.jsonl.gz": 1,
        "raw/sessions.csv": 1,
    }
    assert {one.rejected for one in manifest.inputs} == {0}


def test_without_raw_the_files_are_listed_and_their_rows_refused(root: Path) -> None:
    """Also when they are delivered again; the person goes from the sums with the next snapshot."""
    found = erase(root, email=ADDRESS.lower(), describes=True)
    assert found is not None
    assert len(found.files) == 5
    assert {name for name, _ in find_traces(root)} == {
        *("1.csv", "sends.jsonl.gz", "events.json", "orders.parquet", "sessions.csv")
    }
    again = f"contact_id;email\nann-new;{ADDRESS}\n{ID};\ndo-2;do@example.org\n"
    (root / "raw/contacts/3.csv").write_text(again)
    manifest = run(root)
    given = inputs(manifest)
    assert (given["raw/contacts/3.csv"].rejected, given["raw/contacts/3.csv"].accepted) == (2, 1)
    assert (given["raw/sends.jsonl.gz"].rejected, given["raw/sends.jsonl.gz"].accepted) == (2, 1)
    assert {one.erased for one in given.values()} == {0, 1, 2}
    assert given["raw/sends.jsonl.gz"].erased == 2
    for folder in (root / "reports", root / "state", root / "quarantine"):
        assert list(find_traces(folder)) == []
    tables = published_tables(root)
    (report,) = pl.read_parquet(tables["email", "message_report"]).to_dicts()
    assert (report["sends"], report["unique_opens"]) == (1, 1)
    contacts = pl.read_parquet(tables["people", "contact_report"])
    assert contacts["contact_id"].to_list() == ["bo-0815", "cy-1", "do-2"]
    revenue = pl.read_parquet(tables["attribution", "channel_attribution"])["revenue"]
    assert set(revenue) == {20}
    changes = pl.read_parquet(tables["run", "changes"])
    assert "erased" in {reason for one in changes["reason"] for reason in one.split("+")}
    rejected = pl.read_parquet(sorted((root / "quarantine" / manifest.run_id).glob("*.parquet")))
    assert set(rejected.explode("failed_checks")["failed_checks"]) == {"erased"}


def test_a_copy_of_a_file_with_erased_rows_changed_nothing(root: Path) -> None:
    """All its rows are duplicates before and after, so that no figure is other because of it."""
    shutil.copy(root / "raw/contacts/1.csv", root / "raw/contacts/1-1.csv")
    publish_tables(root)
    erase(root, contact=ID)
    given = inputs(publish_tables(root))
    assert [given[f"raw/contacts/{name}.csv"].erased for name in ("1", "1-1")] == [2, 0]
    changes = pl.read_parquet(published_tables(root)["run", "changes"])
    files = {one for files in changes["files"] for one in files.split("; ")}
    assert "raw/contacts/1-1.csv" not in files
    assert "raw/contacts/1.csv" in files


def test_facts_can_be_kept_without_any_id(root: Path) -> None:
    """`aggregates = "keep"`: the sums stay as they were, and no row tells whose they are.

    The open whose link bears the address has no contact any more, as two sends have none: it is
    that of the last one before it.
    """
    config = (root / "campaigns.toml").read_text()
    (root / "campaigns.toml").write_text(config + '[erasure]\naggregates = "keep"\n')
    before = pl.read_parquet(published_tables(root)["email", "message_report"])
    erase(root, contact=ID)
    publish_tables(root)
    after = pl.read_parquet(published_tables(root)["email", "message_report"])
    assert (
        after.select("sends", "delivered", "opens").rows()
        == before.select("sends", "delivered", "opens").rows()
    )
    revenue = pl.read_parquet(published_tables(root)["attribution", "channel_attribution"])
    assert revenue.filter(model="linear")["revenue"].sum() == 30
    for folder in (root / "reports", root / "state", root / "quarantine"):
        assert list(find_traces(folder)) == []


def test_a_kept_visit_stays_that_of_its_ad_and_no_text_names_the_person(tmp_path: Path) -> None:
    """The utm values of its first page stay; an address in a word, an error or a name goes."""
    landing = "https://x.io/u/ann-4711?utm_source=facebook&utm_campaign=Spring"
    files = {
        "contacts": CONTACTS,
        "campaigns": f"campaign_id,name,channel\nc1,For {ADDRESS},email\n".encode(),
        "ads": b"platform,campaign_id,campaign_name\nfacebook_ads,9,Spring\n",
        "sessions": "session_id,started_at,contact_id,landing_url,utm_term\n"
        f"v1,2026-01-10T12:00:00Z,{ID},{landing},{ADDRESS}\n".encode(),
        "sends": "send_id,contact_id,message_id,status,sent_at,error\n"
        f"s1,{ID},m1,bounced,2026-01-10T12:00:00Z,550 <{ADDRESS}> unknown\n".encode(),
    }
    toml = '[workspace]\nmax_rejected_share = 1.0\n[erasure]\naggregates = "keep"\n' + "".join(
        feed(table, f"raw/{table}.csv") for table in files
    )
    root = write_workspace(
        tmp_path / "ws", toml, {f"raw/{table}.csv": data for table, data in files.items()}
    )
    publish_tables(root)
    erase(root, contact=ID)
    publish_tables(root)
    visits = pl.read_parquet(published_tables(root)["ads", "campaign_performance"])
    assert visits.select("campaign_id", "sessions").rows() == [("9", 1)]
    campaigns = pl.read_parquet(published_tables(root)["campaigns", "delivery_summary"])
    assert campaigns.select("campaign_id", "name").rows() == [("c1", "erased")]
    for folder in (root / "reports", root / "state", root / "quarantine"):
        assert list(find_traces(folder)) == []


@pytest.mark.parametrize("aggregates", ["keep", "restate"])
def test_rejected_rows_of_a_person_say_nothing_any_more(tmp_path: Path, aggregates: str) -> None:
    """A row whose stamp cannot be read gives no fact to keep: it is refused as the person's."""
    rejected = [
        {"event_id": "e8", "contact_id": ID, **OPENED, "occurred_at": "soon"},
        {"event_id": "e9", "contact_id": "bo-0815", **OPENED, "occurred_at": "soon"},
        {"event_id": "e7", "contact_id": "cy-1", **OPENED, "occurred_at": "soon"}
        | {"note": f"for {ADDRESS}"},
    ]
    toml = (
        f'[workspace]\nmax_rejected_share = 1.0\n[erasure]\naggregates = "{aggregates}"\n'
        + feed("contacts", "raw/contacts.csv")
        + feed("events", "raw/events.json")
    )
    files = {
        "raw/contacts.csv": CONTACTS,
        "raw/events.json": json.dumps(EVENTS + rejected).encode(),
    }
    root = write_workspace(tmp_path / "ws", toml, files)
    publish_tables(root)
    erase(root, contact=ID)
    shown = pl.read_parquet(root / "quarantine" / publish_tables(root).run_id / "events.parquet")
    (others,) = shown.filter(~pl.col("failed_checks").list.contains("erased"))["raw"]
    assert "bo-0815" in others
    assert set(shown["raw"]) == {others, "{}"}
    for folder in (root / "reports", root / "state", root / "quarantine"):
        assert list(find_traces(folder)) == []


@pytest.mark.parametrize("asked", [{"contact": ID}, {"email": ADDRESS}])
def test_who_was_erased_before_is_erased(erased: Path, asked: dict[str, str]) -> None:
    """Whoever asks again, after a kill as well, is told that it is done."""
    before = Layout(erased).erasures.read_bytes()
    assert erase(erased, **asked) == Erased(["default"], {}, 0, is_raw_rewritten=False)
    assert Layout(erased).erasures.read_bytes() == before


def test_nobody_is_erased_by_mistake(root: Path) -> None:
    """Whoever is not known is no erasure, and what was published stays as it is."""
    before = Layout(root).pointer.read_bytes()
    with pytest.raises(UsageError, match="bears this person"):
        erase(root, contact="ann-471")
    assert not Layout(root).erasures.exists()
    assert Layout(root).pointer.read_bytes() == before
    assert "ann-4711" in (root / "raw/contacts/1.csv").read_text()


def test_who_shares_a_number_or_has_none_is_not_erased_with_the_person(tmp_path: Path) -> None:
    """However the number is written, and whatever stands in the place of none."""
    contacts = (
        b"contact_id,email,phone\nann,n/a,+47 22 33 44 55\nbo,b@x.io,004722334455\n"
        b"ann,n/a,unknown\ncy,N/A,none\n"
    )
    toml = "[workspace]\nmax_rejected_share = 0.9\n" + feed("contacts", "raw/contacts.csv")
    toml += feed("orders", "raw/orders.csv")
    orders = b"order_id,ordered_at,revenue,contact_id\n1,2026-01-01T12:00:00Z,1,bo\n"
    files = {"raw/contacts.csv": contacts, "raw/orders.csv": orders}
    root = write_workspace(tmp_path / "ws", toml, files)
    publish_tables(root)
    found = erase(root, contact="ann")
    assert found is not None
    assert found.files == {"raw/contacts.csv": 2}
    publish_tables(root)
    report = pl.read_parquet(published_tables(root)["people", "contact_report"])
    assert report["contact_id"].to_list() == ["bo", "cy"]


@pytest.mark.parametrize("raw", [False, True])
def test_what_takes_an_order_of_the_person_back_goes_with_it(tmp_path: Path, *, raw: bool) -> None:
    """Refunds name the order alone; an order that is another's by now stays, with its refund."""
    orders = (
        b"order_id,ordered_at,contact_id,anonymous_id,revenue,refund_of\n"
        b"1,2026-01-01T12:00:00Z,ann,,100,\n"
        b"2,2026-01-02T12:00:00Z,,cookie-ann,50,\n"
        b"3,2026-01-03T12:00:00Z,ann,,7,\n"
        b"3,2026-01-03T12:00:00Z,bo,,7,\n"
        b"4,2026-01-04T12:00:00Z,,,-20,1\n"
        b"5,2026-01-05T12:00:00Z,,,-10,2\n"
        b"6,2026-01-06T12:00:00Z,,,-1,3\n"
    )
    sessions = (
        b"session_id,started_at,contact_id,anonymous_id\nv1,2026-01-01T00:00:00Z,ann,cookie-ann\n"
    )
    toml = feed("orders", "raw/orders.csv") + feed("sessions", "raw/sessions.csv")
    files = {"raw/orders.csv": orders, "raw/sessions.csv": sessions}
    root = write_workspace(tmp_path / "ws", toml, files)
    publish_tables(root)
    found = erase(root, raw=raw, contact="ann")
    assert found is not None
    assert found.files == {"raw/orders.csv": 5, "raw/sessions.csv": 1}
    publish_tables(root)
    report = pl.read_parquet(published_tables(root)["attribution", "channel_attribution"])
    assert report.filter(model="linear")["revenue"].to_list() == [7, -1]


def test_a_device_on_which_another_ordered_by_address_is_not_the_person_s_alone(
    tmp_path: Path,
) -> None:
    toml = feed("contacts", "raw/contacts.csv") + feed("orders", "raw/orders.csv")
    toml += feed("sessions", "raw/sessions.csv")
    orders = [
        "1,2026-01-12T12:00:00Z,ann,,d1,10.00",
        "2,2026-01-13T12:00:00Z,,Bo@example.org,d1,20.00",
        "3,2026-01-14T12:00:00Z,,,d2,40.00",
    ]
    files = {
        "contacts": "contact_id,email\nann,ann@example.org\nbo,bo@example.org\n",
        "orders": "\n".join(
            ["order_id,ordered_at,contact_id,email,anonymous_id,revenue", *orders, ""]
        ),
        "sessions": "session_id,started_at,contact_id,anonymous_id\n"
        "v1,2026-01-12T11:00:00Z,ann,d2\nv2,2026-01-13T13:00:00Z,,d1\n",
    }
    root = write_workspace(
        tmp_path / "ws",
        "[workspace]\nmax_rejected_share = 1.0\n" + toml,
        {f"raw/{name}.csv": text.encode() for name, text in files.items()},
    )
    publish_tables(root)
    erase(root, contact="ann")
    publish_tables(root)
    report = pl.read_parquet(published_tables(root)["people", "contact_report"])
    columns = ["contact_id", "orders", "revenue", "sessions"]
    assert report.select(columns).rows() == [("bo", 1, Decimal("20.0000"), 1)]


@pytest.mark.parametrize(
    "arguments", [["--contact", ID], ["--yes"], ["--contact", ID, "--email", ADDRESS, "--yes"]]
)
def test_the_command_wants_one_person_and_an_answer(
    tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 where nobody can answer, and where it is not clear who is meant."""
    monkeypatch.setattr("sys.stdin", BytesIO())
    root = write_workspace(tmp_path / "ws", TOML, {})
    assert main(["erase", str(root), *arguments]) == 2
