"""Nothing is lost between a raw file and its canonical table, whatever is wrong with the file."""

import gzip
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.catalog.quarantine_files import write_quarantine
from flows.ingest import file_ingest
from flows.readers import open_feed
from flows.steps.reading.read_feeds import FeedsRead, reconcile_inputs
from tests.support.examples import count_examples
from tests.support.workspaces import (
    as_json_lines,
    feed,
    read_files,
    read_workspace,
    write_workspace,
)

COLUMNS = ("contact_id", "email", "first_name", "updated_at", "tier")
TOML = (
    "[workspace]\nmax_rejected_share = 1.0\n"
    + feed("contacts", "raw/contacts/*", encoding='"utf-8"')
    + feed("events", "raw/events/*")
)
STAMPS = ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00.000001+01:00", "2026-04-01T00:00:00Z")
NAMES = ("Ann", "NA", " b ", 'O"Neil', "x,y;z", "é", "two\nlines", "null")
DAMAGES: dict[str, tuple[str, ...]] = {
    "csv": ("bad stamp", "no id", "short", "long", "bytes"),
    "jsonl": ("bad stamp", "no id", "cut"),
    "json": ("bad stamp", "no id"),
    "parquet": ("bad stamp", "no id"),
}
REASONS = {
    "bad stamp": "updated_at: not a timestamp, or a local time that does not exist",
    "no id": "contact_id: missing",
}


@dataclass(frozen=True)
class Record:
    """A record as it is meant, and what is wrong with it."""

    cells: tuple[str | None, ...]
    damage: str | None

    def row(self) -> dict[str, str | None]:
        row = dict(zip(COLUMNS, self.cells, strict=True))
        if self.damage == "bad stamp":
            row["updated_at"] = "2026-02-30T00:00:00Z"
        if self.damage == "no id":
            row["contact_id"] = None
        return row


@dataclass(frozen=True)
class File:
    """A file of records; a copy has another's content under a name and compression of its own."""

    format: str
    compression: str
    records: tuple[Record, ...]
    order: int
    """What its path sorts by."""

    @property
    def content(self) -> bytes:
        write: dict[str, Callable[[tuple[Record, ...]], bytes]] = {
            "csv": to_csv,
            "jsonl": lambda records: b"".join(map(to_line, records)),
            "json": lambda records: json.dumps([r.row() for r in records]).encode(),
            "parquet": to_parquet,
        }
        return write[self.format](self.records)

    @property
    def packed(self) -> bytes:
        if self.compression == ".gz":
            return gzip.compress(self.content)
        if self.compression == ".zst":
            packed = pa.BufferOutputStream()
            with pa.CompressedOutputStream(packed, "zstd") as stream:
                stream.write(self.content)
            return packed.getvalue().to_pybytes()
        return self.content

    @property
    def path(self) -> str:
        return f"raw/contacts/{self.order:03}.{self.format}{self.compression}"


def to_csv(records: tuple[Record, ...]) -> bytes:
    lines = [",".join(COLUMNS).encode()]
    for record in records:
        cells = [
            b'"%s"' % cell.replace('"', '""').encode() if cell is not None else b""
            for cell in record.row().values()
        ]
        damaged = {"short": cells[:-2], "long": [*cells, b"1"], "bytes": [b"\xff", *cells[1:]]}
        lines.append(b",".join(damaged.get(record.damage or "", cells)))
    return b"\n".join(lines) + b"\n"


def to_line(record: Record) -> bytes:
    line = json.dumps(record.row(), ensure_ascii=False).encode()
    return (line[:-1] if record.damage == "cut" else line) + b"\n"


def to_parquet(records: tuple[Record, ...]) -> bytes:
    packed = io.BytesIO()
    rows = [record.row() for record in records]
    pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)).write_parquet(packed)
    return packed.getvalue()


@st.composite
def files(draw: st.DrawFn) -> File:
    kind = draw(st.sampled_from(list(DAMAGES)))
    cells = st.tuples(
        st.sampled_from(["1", "01", "1" * 18]),
        st.sampled_from([None, "ann@x.io", "Bo@X.io"]),
        st.none() | st.sampled_from(NAMES),
        st.none() | st.sampled_from(STAMPS),
        st.sampled_from([None, "gold"]),
    )
    damage = st.none() | st.none() | st.none() | st.sampled_from(DAMAGES[kind])
    records = draw(st.lists(st.builds(Record, cells, damage), max_size=7))
    undecodable = [r for r in records if r.damage == "bytes"]
    if len(undecodable) * 2 > len(records):
        records = [r for r in records if r.damage != "bytes"]
    if kind == "jsonl" and all(r.damage == "cut" for r in records):
        records = []
    packing = st.sampled_from([""] if kind == "parquet" else ["", ".gz", ".zst"])
    return File(kind, draw(packing), tuple(records), draw(st.integers(0, 499)))


@st.composite
def deliveries(draw: st.DrawFn) -> list[File]:
    """Some files, some of them delivered once more."""
    fresh = draw(st.lists(files(), min_size=1, max_size=4, unique_by=lambda f: f.order))
    again = [
        File(
            f.format, f.compression if f.format == "parquet" else packing, f.records, 999 - f.order
        )
        for f, is_again, packing in zip(
            fresh,
            draw(st.lists(st.booleans(), min_size=4, max_size=4)),
            draw(st.lists(st.sampled_from(["", ".gz", ".zst"]), min_size=4, max_size=4)),
            strict=False,
        )
        if is_again
    ]
    return [*fresh, *again]


@dataclass
class Account:
    """What becomes of a file's records."""

    rejected: dict[int, Record]
    duplicates: int = 0
    superseded: int = 0
    accepted: int = 0


Winner = tuple[tuple[Any, ...], File]


def stamp_of(cells: tuple[str | None, ...]) -> datetime:
    text = cells[3]
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def settle(delivered: list[File]) -> tuple[dict[str, Account], dict[str, tuple[str | None, ...]]]:
    """Each file's account, and the row that counts of each key, by the words of SPEC §5.4."""
    accounts: dict[str, Account] = {}
    seen: set[bytes] = set()
    standing: dict[str, tuple[datetime, str, tuple[str | None, ...]]] = {}
    for file in sorted(delivered, key=lambda f: f.path):
        account = accounts[file.path] = Account({})
        if file.content in seen:
            account.duplicates = len(file.records)
            continue
        seen.add(file.content)
        met: set[tuple[str | None, ...]] = set()
        for number, record in enumerate(file.records, start=1):
            if record.damage:
                account.rejected[number] = record
                continue
            if record.cells in met:
                account.duplicates += 1
                continue
            met.add(record.cells)
            account.accepted += 1
            own = str(record.cells[0])
            before = standing.get(own)
            if before and before[0] > stamp_of(record.cells):
                account.superseded += 1
                account.accepted -= 1
                continue
            if before:
                accounts[before[1]].superseded += 1
                accounts[before[1]].accepted -= 1
            standing[own] = (stamp_of(record.cells), file.path, record.cells)
    return accounts, {own: cells for own, (_, _, cells) in standing.items()}


def quarantined(read: FeedsRead, folder: Path) -> list[dict[str, Any]]:
    write_quarantine(read.catalog, folder, "run")
    found = folder / "contacts.parquet"
    return pl.read_parquet(found).to_dicts() if found.exists() else []


@settings(max_examples=count_examples(10))
@given(deliveries(), st.sampled_from([40, 200, 1 << 20]))
def test_every_record_is_accounted_for(delivered: list[File], batch_bytes: int) -> None:
    in_batches = partial(open_feed, batch_bytes=batch_bytes)
    with (
        TemporaryDirectory() as folder,
        patch.object(file_ingest, "open_feed", in_batches),
    ):
        root = write_workspace(
            Path(folder, "ws"), TOML, {file.path: file.packed for file in delivered}
        )
        read = read_workspace(root, Path(folder, "ledger"))
        accounts, standing = settle(delivered)
        assert read.refused == []
        inputs = read.inputs
        assert all(check.holds for check in reconcile_inputs(inputs))
        assert {
            i.path: (i.rows_read, i.accepted, i.rejected, i.superseded, i.duplicates)
            for i in inputs
        } == {
            file.path: (len(file.records), a.accepted, len(a.rejected), a.superseded, a.duplicates)
            for file in delivered
            for a in [accounts[file.path]]
        }
        rows = read.catalog.scan("contacts").collect().to_dicts()
        assert {row["contact_id"]: as_read(row) for row in rows} == {
            own: as_meant(cells) for own, cells in standing.items()
        }
        assert len(rows) == len(standing)
        rejected = quarantined(read, Path(folder, "quarantine"))
        assert [(row["file"], row["row_number"]) for row in rejected] == [
            (path, number) for path in sorted(accounts) for number in accounts[path].rejected
        ]
        for row in rejected:
            damage = accounts[row["file"]].rejected[row["row_number"]].damage
            assert row["failed_checks"]
            assert damage not in REASONS or REASONS[damage] in row["failed_checks"]
            assert isinstance(json.loads(row["raw"]), dict)
        again = read_workspace(root, Path(folder, "ledger"))
        shutil.rmtree(Path(folder, "ledger"))
        assert again.inputs == inputs


def as_read(row: dict[str, Any]) -> dict[str, Any]:
    custom = json.loads(row["attributes"]) if row["attributes"] else {}
    kept = {name: row[name] for name in COLUMNS if name in row}
    return {**kept, "tier": custom.get("tier"), "org_id": row["org_id"]}


def as_meant(cells: tuple[str | None, ...]) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(COLUMNS, cells, strict=True))
    stamp = row["updated_at"]
    return {**row, "updated_at": stamp and datetime.fromisoformat(stamp), "org_id": "default"}


def test_a_receipt_says_when_its_rows_happened_and_counts_their_event_types(
    tmp_path: Path,
) -> None:
    events = [
        {"event_id": "1", "event_type": "email_opened", "occurred_at": "2026-07-01T10:00:00.5Z"},
        {"event_id": "2", "event_type": "store_visit", "occurred_at": "2026-07-03T01:00:00+02:00"},
        {"event_id": "3", "event_type": "email_opened", "occurred_at": "2026-07-01T10:00:00Z"},
    ]
    toml = feed("contacts", "raw/contacts.csv") + feed("events", "raw/events.jsonl")
    files = {
        "raw/contacts.csv": b"contact_id,updated_at,created_at\n101,,2026-06-01\n102,2026-06-05,\n",
        "raw/events.jsonl": as_json_lines(events),
    }
    read = read_files(tmp_path, toml, files)
    contacts, happened = (file.receipt.tables[0] for file in read.catalog.files)
    assert happened.event_types == {"email_opened": 2, "store_visit": 1}
    assert (happened.first_at, happened.last_at) == ("2026-07-01T10:00:00Z", "2026-07-02T23:00:00Z")
    assert (contacts.first_at, contacts.last_at) == ("2026-06-01T00:00:00Z", "2026-06-05T00:00:00Z")
