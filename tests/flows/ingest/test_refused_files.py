"""Files that cannot be read, rows that are rejected, and what is said about them."""

import gzip
import os
from pathlib import Path

import polars as pl
import pytest

from flows.catalog.quarantine_files import write_quarantine
from flows.config.loading import load_workspace
from flows.steps.reading.read_feeds import FeedsRead
from flows.steps.reading.refusals import find_refusal
from tests.support.workspaces import (
    account,
    as_csv,
    as_json_lines,
    feed,
    read_files,
    read_workspace,
    rows,
    write_workspace,
)

EVENTS = feed("events", "raw/events/*")
CONTACTS = feed("contacts", "raw/contacts/*") + EVENTS


def problem(tmp_path: Path, found: FeedsRead) -> str:
    refusal = find_refusal(found, load_workspace(tmp_path / "ws", environ={}).config)
    return str(refusal or "")


MANY_CONTACTS = b"contact_id\n" + b"%d\n" * 5000 % (*range(5000),)


@pytest.mark.parametrize(
    "content", [b"", b"contact_id,email\n", b"contact_id,email", b"\xef\xbb\xbf"]
)
def test_an_empty_file_gives_a_warning_and_no_rows(tmp_path: Path, content: bytes) -> None:
    found = read_files(tmp_path, CONTACTS, {"raw/contacts/one.csv": content})
    assert rows(found, "contacts", "contact_id") == []
    assert found.refused == []
    assert ("empty_file", "raw/contacts/one.csv") in {
        (w.code, getattr(w, "path", None)) for w in found.warnings
    }


def test_a_missing_column_is_named_with_what_would_mend_it(tmp_path: Path) -> None:
    files = {"raw/contacts/one.csv": b"user,email\n1,ann@x.io\n"}
    told = problem(tmp_path, read_files(tmp_path, CONTACTS, files))
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
        (
            "one.csv.gz",
            gzip.compress(MANY_CONTACTS, mtime=0)[:-300],
        ),
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
    found = read_files(tmp_path, toml, files)
    (one,) = [i for i in found.inputs if i.path == f"raw/contacts/{name}"]
    assert one.refused
    assert account(one) == (0, 0, 0, 0, 0)
    assert rows(found, "contacts", "contact_id") == [("7",)]
    told = problem(tmp_path, found)
    assert (name in told) == (on_refused == "fail")


@pytest.mark.parametrize(
    ("refused", "name", "content"),
    [("a.csv.gz", "b.csv", b""), ("a.csv", "b.jsonl", b'{"contact_id": "1"}\n')],
)
def test_a_name_that_lies_refuses_no_other_file_of_the_same_bytes(
    tmp_path: Path, refused: str, name: str, content: bytes
) -> None:
    """Nothing at all is no gzip and an empty CSV; an object is no table and a line of JSON."""
    files = {f"raw/contacts/{one}": content for one in (refused, name)}
    found = read_files(tmp_path, CONTACTS, files)
    assert [one.raw.path for one in found.refused] == [f"raw/contacts/{refused}"]
    assert len(rows(found, "contacts", "contact_id")) == (1 if content else 0)


def test_a_link_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"contact_id,email\n1,ann@x.io\n")
    root = write_workspace(tmp_path / "ws", CONTACTS, {})
    (root / "raw/contacts/one.csv").symlink_to(tmp_path / "secret.csv")
    (root / "raw/more").symlink_to(tmp_path)
    found = read_workspace(root, tmp_path / "ledger")
    assert [one.path for one in found.inputs if one.refused] == ["raw/contacts/one.csv"]
    assert "outside the workspace" in problem(tmp_path, found)


@pytest.mark.parametrize("pattern", ["*", "*.csv", "two.csv"])
def test_a_link_to_nothing_is_refused(tmp_path: Path, pattern: str) -> None:
    """Passed over, what a night read through it would go from the reports without a word."""
    files = {"raw/contacts/one.csv": b"contact_id,email\n1,ann@x.io\n"}
    root = write_workspace(tmp_path / "ws", CONTACTS.replace("*", pattern), files)
    (root / "raw/contacts/two.csv").symlink_to("gone.csv")
    found = read_workspace(root, tmp_path / "ledger")
    assert [one.path for one in found.inputs if one.refused] == ["raw/contacts/two.csv"]
    assert "a link to one that is not there" in problem(tmp_path, found)


def test_a_name_that_is_no_text_is_refused_in_words_that_are(tmp_path: Path) -> None:
    """As an archive of another system is unpacked, its names in Latin-1."""
    root = write_workspace(tmp_path / "ws", CONTACTS, {})
    name = os.fsencode(root / "raw/contacts") + b"/M\xe4rz.csv"
    Path(os.fsdecode(name)).write_bytes(b"contact_id,email\n1,ann@x.io\n")
    found = read_workspace(root, tmp_path / "ledger")
    assert [one.path for one in found.inputs if one.refused] == [r"raw/contacts/M\xe4rz.csv"]
    assert "is not UTF-8 text" in problem(tmp_path, found)


@pytest.mark.parametrize(("share", "stops"), [(0.5, False), (0.49, True), (0, True)])
def test_too_many_rejected_rows_stop_the_run(tmp_path: Path, share: float, stops: bool) -> None:  # noqa: FBT001
    toml = f"[workspace]\nmax_rejected_share = {share}\n{CONTACTS}"
    files = {"raw/contacts/one.csv": b"contact_id,updated_at\n1,\n2,yesterday at ann@x.io\n"}
    told = problem(tmp_path, read_files(tmp_path, toml, files))
    assert bool(told) == stops
    assert not stops or ("contacts" in told and "updated_at" in told)
    assert "ann@x.io" not in told


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
        "raw/contacts/5.json": b'[{"contact_id": "1", "created_at": "Annabella"}]',
        "raw/contacts/6.parquet": b"ann.secret@x.io",
        "raw/contacts/7.csv": b"contact_id,ann.secret@x.io,ann.secret@x.io\n1,2,3\n",
        "raw/events/1.jsonl": as_json_lines(
            [
                {"event_type": secrets[1], "occurred_at": secrets[3], "email": secrets[0]},
                {"event_type": "opened", "occurred_at": "2026-01-01", "is_machine": secrets[0]},
            ]
        ),
    }
    found = read_files(tmp_path, CONTACTS, files)
    write_quarantine(found.catalog, tmp_path / "quarantine", "run")
    reasons = [
        reason
        for file in (tmp_path / "quarantine").iterdir()
        for reason in pl.read_parquet(file).get_column("failed_checks").explode()
    ]
    told = [
        problem(tmp_path, found),
        *reasons,
        *(one.model_dump_json() for one in (*found.inputs, *found.warnings)),
    ]
    assert reasons
    leaked = [(secret, text) for text in told for secret in secrets if secret in text]
    assert leaked == []
