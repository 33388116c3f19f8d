"""Feeds whose files are objects of a store, beside a workspace in a folder or in a store."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.errors import CampaignReportsError, DataRefused, StorageFailed
from flows.remote import object_store
from flows.remote.address import Address, split_address
from flows.remote.object_store import S3Objects
from tests.support.object_stores import BUCKET, LOST, USER, Killed, Proxy, S3Server, WatchedObjects
from tests.support.publishing import write_tables_alone
from tests.support.remote_workspaces import CONTACTS, OPENS, command, hashes, publish
from tests.support.workspaces import as_csv, feed, write_workspace

CLICKS = [
    {**one, "event_id": f"k{one['event_id']}", "event_type": "email_clicked"} for one in OPENS
]
DELIVERED = {
    "events/2026/opens-1.csv": as_csv(OPENS[:2], [*OPENS[0]]),
    "events/2026/opens-2.csv.gz": gzip.compress(as_csv(OPENS[1:], [*OPENS[0]]), mtime=0),
    "events/2026/notes.txt": b"not of the feed",
    "events/2026/.opens-3.csv": b"hidden",
    "events/2026/older/opens-0.csv": b"deeper than the glob",
    "clicks/day=1/a.csv": as_csv(CLICKS[:1], [*CLICKS[0]]),
    "clicks/day=2/a.csv": as_csv(CLICKS[1:], [*CLICKS[0]]),
    "clicks/readme.csv": b"above the glob",
}
GLOBS = ("events/2026/opens-*", "clicks/*/*.csv")
Watched = Callable[..., list[WatchedObjects]]


def configure(prefix: str, **settings: str) -> str:
    """Contacts in the workspace, events of two feeds below a prefix."""
    feeds = [feed("contacts", "raw/contacts/*.csv")]
    feeds += [feed("events", f"{prefix}{glob}", **settings) for glob in GLOBS]
    return "".join(feeds)


def write_local(root: Path, toml: str, delivered: dict[str, bytes] | None = None) -> Path:
    files = {"raw/contacts/1.csv": as_csv(CONTACTS, ["contact_id", "email"])}
    files |= {f"raw/{key}": content for key, content in (delivered or {}).items()}
    return write_workspace(root, toml, files)


@pytest.fixture
def feeds(s3: S3Server, address: Address) -> Address:
    """Where objects of two feeds lie, and others."""
    place = Address(BUCKET, f"{address.prefix}-feeds")
    for key, content in DELIVERED.items():
        obstore.put(s3.store(place.prefix), key, content)
    return place


@pytest.fixture
def shop(feeds: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in a folder, two of whose feeds are in the store; runs write tables alone."""
    write_tables_alone(monkeypatch)
    return write_local(tmp_path / "shop", configure(f"{feeds}/"))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """What a run gives to which the same files were delivered in its folder."""
    root = tmp_path_factory.mktemp("local") / "shop"
    return publish(write_local(root, configure("raw/"), DELIVERED))


@pytest.mark.parametrize(
    ("glob", "folder", "below"),
    [
        ("s3://b/p/sends-*.csv", "s3://b/p", "sends-*.csv"),
        ("s3://b/p/day=*/q/*.csv", "s3://b/p", "day=*/q/*.csv"),
        ("s3://b/sends.csv", "s3://b", "sends.csv"),
        ("s3://b/**/*.csv", "s3://b", "**/*.csv"),
    ],
)
def test_objects_are_listed_below_what_is_fixed_of_a_glob(
    glob: str, folder: str, below: str
) -> None:
    split = split_address(glob)
    assert split is not None
    assert (str(split[0]), split[1]) == (folder, below)
    assert split_address("raw/*.csv") is None


def test_the_tables_are_those_of_the_same_files_in_a_folder(
    shop: Path, feeds: Address, expected: Manifest, watch: Watched
) -> None:
    watched = watch()
    first = publish(shop)
    assert hashes(first) == hashes(expected)
    there = {one.path.removeprefix(f"{feeds}/") for one in first.inputs if one.feed != "contacts"}
    here = {one.path.removeprefix("raw/") for one in expected.inputs if one.feed != "contacts"}
    assert (
        there
        == here
        == {key for key in DELIVERED if "opens-1" in key or "opens-2" in key}
        | {
            "clicks/day=1/a.csv",
            "clicks/day=2/a.csv",
        }
    )
    read = [one.requests for one in watched]
    assert [[verb for verb, _ in one] for one in read] == [["list", "get", "get"]] * 2
    assert publish(shop).inputs == first.inputs
    assert [one.requests for one in watched[2:]] == [[("list", "")]] * 2, "nothing is new"
    assert hashes(publish(shop, full=True)) == hashes(expected)


def test_a_workspace_in_a_store_has_feeds_in_another_folder_of_it(
    feeds: Address,
    address: Address,
    expected: Manifest,
    s3: S3Server,
    tmp_path: Path,
    watch: Watched,
) -> None:
    s3.upload(write_local(tmp_path / "moved", configure(f"{feeds}/")), address.prefix)
    assert hashes(publish(address)) == hashes(expected)
    watched = watch()
    publish(address)
    asked = [one.requests for one in watched if one.address.prefix.startswith(feeds.prefix)]
    assert asked == [[("list", "")]] * 2


def test_what_is_new_late_or_gone_is_seen(
    shop: Path, feeds: Address, s3: S3Server, tmp_path: Path
) -> None:
    store = s3.store(feeds.prefix)
    publish(shop)
    later = {**DELIVERED, "clicks/day=1/b.csv": as_csv(CLICKS[:2], [*CLICKS[0]])}
    later |= {"events/2026/opens-1.csv": as_csv(OPENS, [*OPENS[0]])}
    del later["clicks/day=2/a.csv"]
    for key, content in later.items():
        obstore.put(store, key, content)
    obstore.delete(store, ["clicks/day=2/a.csv"])
    local = write_local(tmp_path / "local" / "shop", configure("raw/"), later)
    assert hashes(publish(shop)) == hashes(publish(local))


def test_reading_commands_name_the_object_and_write_nothing(
    shop: Path, feeds: Address, s3: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    before = s3.contents(feeds.prefix)
    code, out, err = command(capsys, "check", shop, "--json")
    assert (code, [one["files"] for one in json.loads(out)["feeds"]]) == (0, [1, 2, 2]), err
    publish(shop)
    state = {path: path.read_bytes() for path in (shop / "state").rglob("*") if path.is_file()}
    asked = ["--key", "message_id=m1", "--column", "opens", "--json", "--personal"]
    code, out, err = command(capsys, "explain", shop, "email/message_report", *asked)
    told = json.loads(out)
    assert (code, told["value"]) == (0, 3), err
    assert [(one["file"], one["row_number"]) for one in told["rows"]] == [
        (f"{feeds}/events/2026/opens-1.csv", 1),
        (f"{feeds}/events/2026/opens-2.csv.gz", 1),
        (f"{feeds}/events/2026/opens-2.csv.gz", 2),
    ]
    for asking in ("status", "verify", "show"):
        code, out, err = command(capsys, asking, shop, "--json")
        assert (code, "views/" in out + err) == (0, False), err
    audience = ["--performed", "email_clicked", "--output", shop / "a.parquet", "--json"]
    code, out, err = command(capsys, "audience", shop, *audience)
    assert (code, json.loads(out)["contacts"]) == (0, 3), err
    assert s3.contents(feeds.prefix) == before
    after = {path: path.read_bytes() for path in (shop / "state").rglob("*") if path.is_file()}
    assert after == state


def test_what_is_too_young_or_missing_is_told(shop: Path, feeds: Address) -> None:
    with (shop / "campaigns.toml").open("a") as config:
        config.write(
            feed("orders", f"{feeds}/orders/*.csv") + "[workspace]\nsettle_seconds = 600\n"
        )
    os.utime(shop / "raw/contacts/1.csv", (0, 0))
    manifest = publish(shop)
    assert [one.path for one in manifest.inputs] == ["raw/contacts/1.csv"]
    told = {one.code: one.message for one in manifest.warnings}
    assert told["no_files"] == f"feed orders: no file matches {feeds}/orders/*.csv"
    left = [one.path for one in manifest.warnings if one.code == "file_changing"]
    assert len(left) == 4
    assert all(str(path).startswith(f"{feeds}/") for path in left)


def test_objects_that_change_while_they_are_read(
    shop: Path, feeds: Address, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, read = s3.store(feeds.prefix), S3Objects.read
    changes = {"clicks/day=1/a.csv": 1, "clicks/day=2/a.csv": 2}

    def write_meanwhile(objects: S3Objects, one: Any, start: int, length: int) -> bytes:
        key = f"clicks/{one.key}"
        if changes.get(key):
            changes[key] -= 1
            obstore.put(store, key, as_csv(CLICKS[: 2 + changes[key]], [*CLICKS[0]]))
        return read(objects, one, start, length)

    monkeypatch.setattr(S3Objects, "read", write_meanwhile)
    manifest = publish(shop)
    told = [one for one in manifest.warnings if one.code == "file_changing"]
    assert [one.path for one in told] == [f"{feeds}/clicks/day=2/a.csv"]
    assert "changed while it was read, twice" in told[0].message
    assert f"{feeds}/clicks/day=1/a.csv" in [one.path for one in manifest.inputs]


@pytest.mark.parametrize(
    ("variable", "value", "files", "code", "says"),
    [
        ("AWS_SECRET_ACCESS_KEY", "wrong-secret", None, 4, "the secret key does not fit"),
        ("AWS_ACCESS_KEY_ID", "nobody", None, 4, "does not know the access key"),
        ("AWS_REGION", "us-east-1", "s3://no-such-bucket/raw/*.csv", 2, "there is no bucket"),
    ],
)
def test_a_store_that_cannot_be_asked(
    shop: Path,
    feeds: Address,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    files: str | None,
    code: int,
    says: str,
) -> None:
    if files:
        (shop / "campaigns.toml").write_text(feed("contacts", files) + configure(f"{feeds}/"))
    monkeypatch.setenv(variable, value)
    place = f"feeds[{0 if files else 1}].files: "
    found, _, err = command(capsys, "check", shop)
    assert (found, place in err, says in err) == (code, True, True), err
    assert not {USER[1], "wrong-secret", "Traceback"} & {*err.split()}
    with pytest.raises(CampaignReportsError) as told:
        publish(shop)
    assert told.value.exit_code == code
    assert str(told.value) in err


def test_an_answer_that_breaks_off_as_often_as_one_is_tried_again_is_got(
    feeds: Address, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever connections one request meets, while others are lost to requests beside it."""
    proxy = Proxy(int(s3.endpoint.rsplit(":", 1)[1]))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    monkeypatch.setattr(object_store, "RETRIES", len(LOST))
    proxy.lose(lambda number: number <= len(LOST))
    found = S3Objects(feeds).list_all("events/2026/older")
    proxy.close()
    assert [one.key for one in found] == ["events/2026/older/opens-0.csv"]
    assert proxy.lost == len(LOST)


def test_lost_connections_are_tried_again_and_a_store_that_is_gone_publishes_nothing(
    shop: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Proxy(int(s3.endpoint.rsplit(":", 1)[1]))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    monkeypatch.setattr(object_store, "RETRIES", len(LOST))
    monkeypatch.setattr(object_store, "IN_ALL", timedelta(minutes=5))
    proxy.lose(LOST.__contains__)
    published = publish(shop)
    assert proxy.lost
    proxy.lose(lambda number: True)
    proxy.cut()
    with pytest.raises(StorageFailed, match=r"feeds\[1\]\.files: .* the store does not answer"):
        publish(shop)
    proxy.close()
    assert json.loads((shop / "reports/current.json").read_bytes())["run_id"] == published.run_id


def test_a_run_that_dies_at_any_request_is_made_good_by_the_next(
    shop: Path, expected: Manifest, watch: Watched
) -> None:
    for number in (1, 2, 3):
        watch(dies_at=number)
        with pytest.raises(Killed):
            publish(shop)
        assert not (shop / "reports/current.json").exists()
    watch()
    assert hashes(publish(shop)) == hashes(expected)


def test_erasing_replaces_objects_that_are_still_what_was_read(
    shop: Path,
    feeds: Address,
    s3: S3Server,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(shop)
    store, put_if = s3.store(feeds.prefix), S3Objects.put_if
    late = as_csv([*OPENS[:2], *OPENS[:1]], [*OPENS[0]])

    def change_before(objects: S3Objects, key: str, content: bytes, e_tag: str | None) -> str:
        if key == "opens-1.csv":
            obstore.put(store, "events/2026/opens-1.csv", late)
        return put_if(objects, key, content, e_tag)

    erase = ["erase", shop, "--contact", "102", "--raw", "--yes", "--json"]
    with monkeypatch.context() as patched:
        patched.setattr(S3Objects, "put_if", change_before)
        code, _, err = command(capsys, *erase)
    opens = f"{feeds}/events/2026/opens-"
    assert code == DataRefused.exit_code
    assert f"{opens}1.csv" in err
    assert "still bears the person: it was changed meanwhile" in err
    assert s3.contents(feeds.prefix)["events/2026/opens-1.csv"] == late
    publish(shop)
    report = pl.read_parquet(shop / "reports/latest/people/contact_report.parquet")
    assert report["contact_id"].to_list() == ["101", "103", "104"]
    code, out, err = command(capsys, *erase)
    assert code == 0, err
    bearing = {f"{opens}1.csv", f"{opens}2.csv.gz"}
    assert bearing <= {one["path"] for one in json.loads(out)["files"]}
    contents = s3.contents(feeds.prefix)
    left = {
        "events/2026/opens-1.csv": as_csv([OPENS[0], OPENS[0]], [*OPENS[0]]),
        "events/2026/opens-2.csv.gz": as_csv(OPENS[2:], [*OPENS[0]]),
        "clicks/day=2/a.csv": as_csv(CLICKS[2:], [*CLICKS[0]]),
    }
    for key, content in left.items():
        stored = contents.pop(key)
        assert (gzip.decompress(stored) if key.endswith(".gz") else stored) == content
    assert contents.items() <= DELIVERED.items()
