"""Workspaces at s3://bucket/prefix, by the real flow and the real commands."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest

from flows import campaign_reports
from flows.errors import DataRefused, StorageFailed, WorkspaceBusy
from flows.remote import object_store
from flows.remote.address import Address, parse_address
from flows.remote.lease import Lease, hold_lease
from flows.remote.object_keys import LEASE
from flows.remote.object_store import S3Objects
from flows.storage.snapshots.published_files import read_manifest
from tests.support.object_stores import BUCKET, LOST, USER, Proxy, S3Server
from tests.support.publishing import publish_tables, write_tables_alone
from tests.support.remote_workspaces import CONTACTS, OPENS, command, hashes, let_run_out, publish
from tests.support.samples import EVERY_TABLE, copy_sample
from tests.support.workspaces import as_csv, feed, write_workspace

TOML = feed("contacts", "raw/contacts/*.csv") + feed("events", "raw/events/*.csv")


def contacts_file(rows: list[dict[str, str]]) -> bytes:
    return as_csv(rows, ["contact_id", "email"])


@pytest.fixture
def whole(s3: S3Server, address: Address, tmp_path: Path) -> Address:
    """A workspace of two files in the store."""
    root = write_workspace(
        tmp_path / "local",
        TOML,
        {
            "raw/contacts/1.csv": contacts_file(CONTACTS),
            "raw/events/1.csv": as_csv(OPENS, [*OPENS[0]]),
        },
    )
    s3.upload(root, address.prefix)
    return address


@pytest.fixture
def small(whole: Address, monkeypatch: pytest.MonkeyPatch) -> Address:
    """The same, of which runs write the tables alone."""
    write_tables_alone(monkeypatch)
    return whole


@pytest.mark.parametrize("place", ["s3://b/p/q", "s3:/b/p/q", "s3://b//p/q/", Path("s3://b/p/q")])
def test_an_address_is_known_as_pathlib_leaves_it(place: str | Path) -> None:
    assert parse_address(place) == Address("b", "p/q")
    assert parse_address("/data/shop") is parse_address("gs://b/p") is None


@pytest.mark.parametrize("name", EVERY_TABLE)
def test_a_sample_has_the_same_bytes_in_the_store_and_in_a_folder(
    name: str,
    s3: S3Server,
    address: Address,
    tmp_path: Path,
    published_sample: Callable[[str], Path],
) -> None:
    s3.upload(copy_sample(name, tmp_path / name), address.prefix)
    here, there = read_manifest(published_sample(name)), publish_tables(address)
    assert here is not None
    assert hashes(there) == hashes(here)
    assert there.inputs == here.inputs
    assert there.config_sha256 == here.config_sha256
    contents = s3.contents(address.prefix)
    for one in there.outputs:
        assert len(contents[one.path]) == one.bytes
    assert contents[f"reports/snapshots/{there.run_id}/manifest.json"]


def test_a_second_run_reads_nothing_anew_and_full_reads_all(
    small: Address, watch: Any, s3: S3Server
) -> None:
    watched = watch()
    first = publish(small)
    second = publish(small)
    obstore.put(s3.store(small.prefix), "raw/contacts/2.csv", contacts_file(CONTACTS[:1]))
    third = publish(small)
    full = publish(small, full=True)
    raw = [
        [key for verb, key in one.requests if verb == "get" and key.startswith("raw/")]
        for one in watched
        if any(key == "reports/current.json" and verb == "put_if" for verb, key in one.requests)
    ]
    both = ["raw/contacts/1.csv", "raw/events/1.csv"]
    assert list(map(sorted, raw)) == [
        both,
        [],
        ["raw/contacts/2.csv"],
        ["raw/contacts/1.csv", "raw/contacts/2.csv", "raw/events/1.csv"],
    ]
    assert hashes(second) == hashes(first)
    assert hashes(full) == hashes(third)


def test_a_refused_run_leaves_its_quarantine_and_says_so_and_publishes_nothing(
    small: Address, s3: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    published = publish(small)
    bad = "event_id,event_type,occurred_at,contact_id,message_id\ne9,email_opened,never,101,m1\n"
    obstore.put(s3.store(small.prefix), "raw/events/2.csv", bad.encode())
    with pytest.raises(DataRefused):
        publish(small)
    contents = s3.contents(small.prefix)
    assert json.loads(contents["reports/current.json"])["run_id"] == published.run_id
    code, out, _ = command(capsys, "status", small)
    assert code == 3
    assert "published nothing" in out
    code, out, err = command(capsys, "rejects", small, "--json")
    assert code == 0, err
    assert [row["file"] for row in json.loads(out)] == ["raw/events/2.csv"]


def test_every_command_answers(
    whole: Address, s3: S3Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(capsys, "check", whole)[0] == 0
    publish(whole)
    publish(whole)
    before = s3.contents(whole.prefix)
    asked = {
        "show": command(capsys, "show", whole, "email/message_report", "--json"),
        "explain": command(
            capsys,
            "explain",
            whole,
            "email/message_report",
            "--key",
            "message_id=m1",
            "--column",
            "opens",
            "--json",
            "--personal",
        ),
        "runs": command(capsys, "runs", whole, "--json"),
        "diff": command(capsys, "diff", whole, "--json"),
        "status": command(capsys, "status", whole, "--json"),
        "verify": command(capsys, "verify", whole, "--json"),
        "rejects": command(capsys, "rejects", whole, "--json"),
        "gc": command(capsys, "gc", whole, "--dry-run", "--json"),
        "open": command(capsys, "open", whole, "--json"),
        "doctor": command(capsys, "doctor", whole, "--json"),
        "export": command(
            capsys, "export", whole, "email/message_report", "--to", tmp_path / "t.csv", "--json"
        ),
        "audience": command(
            capsys,
            "audience",
            whole,
            "--performed",
            "email_opened",
            "--output",
            tmp_path / "a.parquet",
            "--json",
        ),
    }
    assert {name: (code, err) for name, (code, _, err) in asked.items() if code} == {}
    said = {name: json.loads(out) for name, (_, out, _) in asked.items()}
    assert said["show"][0]["unique_opens"] == said["explain"]["value"] == 3
    assert [row["file"] for row in said["explain"]["rows"]] == ["raw/events/1.csv"] * 3
    assert len(said["runs"]) == 2
    assert said["status"]["workspace"] == str(whole)
    assert said["verify"] == said["diff"] == said["gc"] == said["rejects"] == []
    assert Path(said["open"]["page"]).read_bytes().startswith(b"<!")
    assert said["audience"]["contacts"] == 3
    assert s3.contents(whole.prefix) == before, "reading commands write nothing"
    told = "".join(out + err for _, out, err in asked.values())
    assert USER[1] not in told
    assert "views/" not in told


def test_who_writes_in_the_store(
    small: Address, s3: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(small)
    code, out, err = command(capsys, "erase", small, "--contact", "101", "--raw", "--yes", "--json")
    assert code == 0, err
    assert {one["path"] for one in json.loads(out)["files"]} == {
        "raw/contacts/1.csv",
        "raw/events/1.csv",
    }
    publish(small)
    contents = s3.contents(small.prefix)
    assert b"101" not in contents["raw/contacts/1.csv"]
    assert b"102" in contents["raw/contacts/1.csv"]
    kept = [key for key, content in contents.items() if b"c101@x.org" in content]
    assert kept == []
    latest = "reports/latest/email/message_report.parquet"
    obstore.delete(s3.store(small.prefix), [latest])
    assert command(capsys, "verify", small)[0] == 4
    assert command(capsys, "verify", small, "--repair")[0] == 0
    assert s3.contents(small.prefix)[latest] == contents[latest]
    assert command(capsys, "rejects", small, "--replay")[0] == 0
    assert command(capsys, "gc", small)[0] == 0
    new = f"{small}-new"
    assert command(capsys, "init", new, "--sample", "ads")[0] == 0
    assert command(capsys, "init", new, "--sample", "ads")[0] == 2
    assert "raw/ads/google.csv" in s3.contents(f"{small.prefix}-new")


def test_a_workspace_that_another_run_holds(
    small: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_lease(S3Objects(small)):
        with pytest.raises(WorkspaceBusy, match="another run holds the workspace s3://"):
            publish(small)
        code, _, err = command(capsys, "run", small)
        assert code == 5
        assert "process" in err
        assert command(capsys, "gc", small)[0] == 5
        assert command(capsys, "check", small)[0] == 0
    publish(small)


def test_status_tells_of_a_run_that_was_stopped_and_of_one_that_was_killed(
    s3: S3Server,
    small: Address,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish(small)

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(campaign_reports, "report_run", stop)
        with pytest.raises(KeyboardInterrupt):
            publish(small)
    code, out, _ = command(capsys, "status", small)
    assert (code, "published nothing: it was stopped before its end" in out) == (3, True)
    publish(small)
    assert command(capsys, "status", small)[0] == 0
    killed = Lease(S3Objects(small))
    killed.take(S3Objects(small).look(LEASE).e_tag)
    assert command(capsys, "status", small)[0] == 0
    let_run_out(s3, small)
    code, out, _ = command(capsys, "status", small)
    assert (code, "was killed before its end" in out) == (3, True)
    publish(small)
    assert command(capsys, "status", small)[0] == 0


def test_two_runs_at_once_publish_one_after_the_other_or_not_at_all(small: Address) -> None:
    ends: list[str] = []

    def run() -> None:
        try:
            ends.append(publish(small).run_id)
        except WorkspaceBusy:
            ends.append("busy")

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert ends.count("busy") == 1


@pytest.mark.parametrize(
    ("variable", "value", "code", "says"),
    [
        ("AWS_SECRET_ACCESS_KEY", "wrong-secret", 4, "the secret key does not fit"),
        ("AWS_ACCESS_KEY_ID", "nobody", 4, "does not know the access key"),
        ("AWS_ALLOW_HTTP", "false", 4, "plain HTTP"),
    ],
)
def test_credentials_that_are_wrong(
    small: Address,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    code: int,
    says: str,
) -> None:
    monkeypatch.setenv(variable, value)
    found, out, err = command(capsys, "run", small)
    assert (found, out) == (code, "")
    assert says in err
    assert USER[1] not in err
    assert "wrong-secret" not in err
    assert "Traceback" not in err


def test_a_bucket_or_a_workspace_that_is_not_there(
    s3: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert s3.endpoint
    code, _, err = command(capsys, "status", "s3://no-such-bucket/shop")
    assert (code, "there is no bucket no-such-bucket" in err) == (2, True)
    code, _, err = command(capsys, "check", f"s3://{BUCKET}/nowhere")
    assert (code, f"no campaigns.toml in s3://{BUCKET}/nowhere" in err) == (2, True)


@pytest.fixture
def proxy(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A way to the server on which connections are lost and answers are late."""
    proxy = Proxy(int(s3.endpoint.rsplit(":", 1)[1]))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    monkeypatch.setattr(object_store, "RETRIES", len(LOST))
    monkeypatch.setattr(object_store, "IN_ALL", timedelta(minutes=5))
    yield proxy
    proxy.close()


def test_lost_connections_are_tried_again(small: Address, proxy: Proxy) -> None:
    proxy.lose(LOST.__contains__)
    manifest = publish(small)
    assert proxy.lost >= 2
    proxy.lose(lambda number: False)
    assert hashes(publish(small)) == hashes(manifest)


def test_late_answers_are_waited_for(small: Address, proxy: Proxy) -> None:
    proxy.delay(0.02)
    assert publish(small).outputs


def test_a_store_that_is_gone_in_the_middle_publishes_nothing(
    small: Address, s3: S3Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = publish(small)
    put = S3Objects.put

    def lose_all(objects: S3Objects, key: str, content: bytes | Path) -> str:
        proxy.lose(lambda number: True)
        proxy.cut()
        return put(objects, key, content)

    monkeypatch.setattr(S3Objects, "put", lose_all)
    with pytest.raises(StorageFailed, match="the store does not answer"):
        publish(small)
    contents = s3.contents(small.prefix)
    assert json.loads(contents["reports/current.json"])["run_id"] == published.run_id
