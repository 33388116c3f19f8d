"""What a command changed, put into the store: whole, whatever kills the process and whenever."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import obstore
import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.errors import DataRefused, WorkspaceBusy
from flows.remote.address import Address
from flows.remote.needs import TO_RUN, Needs
from flows.remote.object_keys import CLOCK, LEASE, POINTER, Kind
from flows.remote.object_store import S3Objects
from flows.remote.workspace_place import open_workspace
from flows.storage.snapshots.kept_snapshots import drop_old_snapshots
from flows.storage.snapshots.publish import (
    hash_outputs,
    new_run_id,
    publish_snapshot,
    stage_snapshot,
)
from flows.storage.snapshots.published_files import find_problem, published_tables, read_manifest
from flows.storage.snapshots.recovery import clean_up
from tests.support.object_stores import Killed, S3Server, WatchedObjects

STEP = int(os.environ.get("CAMPAIGN_REPORTS_KILLS", "4"))
"""Every how many requests a process is killed; 1 tries each."""
STAMPED = (".json", ".sha256", "/lock")
TABLES = ("email/message_report", "ads/ad_report")
Watch = Callable[..., list[WatchedObjects]]


def publish_value(root: Path, value: int) -> str:
    """Read a file and publish tables of it, as a run does; only the newest snapshot is kept."""
    clean_up(root)
    run_id = new_run_id(datetime.now(UTC))
    reading = root / "state" / "ledger" / f"reading-{value}"
    (reading / "contacts").mkdir(parents=True)
    (reading / "contacts" / "part-0.parquet").write_bytes(b"rows" * value)
    (reading / "receipt.json").write_text(json.dumps({"value": value}))
    staging = stage_snapshot(root, run_id)
    for table in TABLES:
        file = staging / f"{table}.parquet"
        file.parent.mkdir(parents=True)
        pl.DataFrame({"value": [value] * 3}).write_parquet(file)
    (staging / "report.html").write_text(f"<p>{value}")
    (staging / "quarantine").mkdir()
    pl.DataFrame({"value": [value]}).write_parquet(staging / "quarantine" / "contacts.parquet")
    publish_snapshot(root, staging, describe(staging, run_id, value))
    drop_old_snapshots(root, 1, 0, datetime(2100, 1, 1, tzinfo=UTC))
    return run_id


def describe(staging: Path, run_id: str, value: int) -> Manifest:
    """The manifest of a staged folder without inputs."""
    return Manifest(
        run_id=run_id,
        started_at="2026-11-21T04:30:00Z",
        finished_at=f"2026-11-21T04:3{value}:00Z",
        code_version="0",
        config_sha256="0",
        inputs=[],
        outputs=hash_outputs(staging, run_id),
        reconciliation=[],
        warnings=[],
    )


def run(address: Address, value: int, needs: Needs = TO_RUN) -> str:
    """A run that publishes a value."""
    with open_workspace(str(address), needs) as root:
        return publish_value(root, value)


def prove_whole(s3: S3Server, address: Address, place: Path) -> set[int]:
    """Every value that is published; each published file is as its manifest says."""
    root = s3.download(address.prefix, place)
    manifest = read_manifest(root)
    assert manifest is not None
    assert [problem for one in manifest.outputs if (problem := find_problem(root, one))] == []
    files = [file for parts in published_tables(root).values() for file in parts]
    assert len(files) == len(TABLES)
    return {value for file in files for value in pl.read_parquet(file)["value"]}


def let_run_out(s3: S3Server, address: Address) -> None:
    """Have the lease of a process that is dead be over."""
    store = s3.store(address.prefix)
    if LEASE in s3.contents(address.prefix):
        said = json.loads(bytes(obstore.get(store, LEASE).bytes()))
        obstore.put(store, LEASE, json.dumps({**said, "seconds": 0}).encode())


def shape(s3: S3Server, address: Address) -> dict[str, bytes]:
    """What lies in the store, run ids taken out, without what a killed run may have read.

    Of what bears stamps the keys alone; of quarantine and the store's clock nothing: they stay.
    """
    contents = s3.contents(address.prefix)
    run_id = json.loads(contents[POINTER])["run_id"]
    return {
        key.replace(run_id, "RUN"): b"" if key.endswith(STAMPED) else content
        for key, content in contents.items()
        if "reading-2" not in key and not key.startswith(("quarantine/", CLOCK))
    }


def test_what_is_published_is_in_the_store_and_nothing_else(
    s3: S3Server, address: Address, tmp_path: Path
) -> None:
    run_id = run(address, 1)
    assert prove_whole(s3, address, tmp_path / "copy") == {1}
    contents = s3.contents(address.prefix)
    kept = f"reports/snapshots/{run_id}"
    assert sorted(contents) == sorted(
        [
            f"quarantine/{run_id}/contacts.parquet",
            "reports/current.json",
            "reports/latest/ads/ad_report.parquet",
            "reports/latest/email/message_report.parquet",
            "reports/latest/report.html",
            f"{kept}/ads/ad_report.parquet",
            f"{kept}/email/message_report.parquet",
            f"{kept}/manifest.json",
            f"{kept}/report.html",
            "state/ledger/reading-1/contacts/part-0.parquet",
            "state/ledger/reading-1/receipt.json",
            "state/lock",
            f"state/sums/{run_id}.sha256",
        ]
    )
    for table in TABLES:
        latest = contents[f"reports/latest/{table}.parquet"]
        assert latest == contents[f"{kept}/{table}.parquet"]


def test_a_kill_at_any_request_leaves_what_is_published_whole_and_the_next_run_cleans_up(
    s3: S3Server, address: Address, tmp_path: Path, watch: Watch
) -> None:
    watched = watch()
    for value in (1, 2, 3):
        run(address, value)
    requests = len(watched[1].requests)
    expected = shape(s3, address)
    seen = []
    for number in range(1, requests + 1, STEP):
        one = Address(address.bucket, f"{address.prefix}-{number}")
        watch()
        run(one, 1)
        watch(number)
        with pytest.raises(Killed):
            run(one, 2)
        seen.append(prove_whole(s3, one, tmp_path / f"killed-{number}"))
        watch()
        let_run_out(s3, one)
        run(one, 3)
        assert prove_whole(s3, one, tmp_path / f"mended-{number}") == {3}
        assert shape(s3, one) == expected, number
    assert seen == sorted(seen, key=max), "published once, and never taken back"
    assert {max(values) for values in seen} == {1, 2}


def test_a_run_that_lost_its_lease_publishes_nothing(
    s3: S3Server, address: Address, tmp_path: Path
) -> None:
    run(address, 1)

    def be_overtaken() -> None:
        with open_workspace(str(address), TO_RUN) as root:
            publish_value(root, 2)
            let_run_out(s3, address)
            run(address, 3)

    with pytest.raises(WorkspaceBusy, match="lost its hold"):
        be_overtaken()
    assert prove_whole(s3, address, tmp_path / "after") == {3}
    assert "state/ledger/reading-2/receipt.json" not in s3.contents(address.prefix)


def test_a_lease_lost_before_the_pointer_leaves_no_snapshot(
    s3: S3Server, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(address, 1)
    put = S3Objects.put
    others: list[str] = []

    def put_late(objects: S3Objects, key: str, content: bytes | Path) -> str:
        if not others and key.endswith("manifest.json"):
            others.append("")
            let_run_out(s3, address)
            others.append(run(address, 3))
        return put(objects, key, content)

    monkeypatch.setattr(S3Objects, "put", put_late)
    with pytest.raises(WorkspaceBusy):
        run(address, 2)
    assert prove_whole(s3, address, tmp_path / "after") == {3}
    runs = {key.split("/")[2] for key in s3.contents(address.prefix) if "/snapshots/" in key}
    assert runs == {others[1]}


def test_a_second_run_brings_only_what_is_not_on_this_machine(
    s3: S3Server, address: Address, watch: Watch
) -> None:
    watched = watch()
    run(address, 1)
    run(address, 2)
    got = [key for verb, key in watched[1].requests if verb == "get"]
    assert set(got) <= {LEASE, POINTER}
    assert s3.endpoint


def test_a_raw_object_that_changed_meanwhile_is_not_overwritten(
    s3: S3Server, address: Address
) -> None:
    store = s3.store(address.prefix)
    obstore.put(store, "raw/a.csv", b"a\n1\n")

    def erase() -> None:
        with open_workspace(str(address), Needs(frozenset({Kind.RAW}), writes=True)) as root:
            (root / "raw" / "draft").write_bytes(b"a\n")
            (root / "raw" / "draft").replace(root / "raw" / "a.csv")
            obstore.put(store, "raw/a.csv", b"a\n1\n2\n")

    with pytest.raises(DataRefused, match=r"raw/a\.csv was changed"):
        erase()
    assert s3.contents(address.prefix)["raw/a.csv"] == b"a\n1\n2\n"


def test_a_large_table_that_stays_is_copied_in_the_store(
    s3: S3Server, address: Address, watch: Watch
) -> None:
    watched = watch()
    content = bytes(range(256)) * 10_000
    snapshots = "reports/snapshots"
    store = s3.store(address.prefix)
    obstore.put(store, f"{snapshots}/1/email/daily_report.parquet", content)
    obstore.put(store, f"{snapshots}/1/manifest.json", b"{}")
    obstore.put(store, POINTER, b'{"run_id": "1"}')
    with open_workspace(str(address), TO_RUN) as root:
        (root / snapshots / "2" / "email").mkdir(parents=True)
        new = root / snapshots / "2" / "email" / "daily_report.parquet"
        new.hardlink_to(root / snapshots / "1" / "email" / "daily_report.parquet")
    assert s3.contents(address.prefix)[f"{snapshots}/2/email/daily_report.parquet"] == content
    assert watched[0].moved[0] < len(content)


def test_a_large_file_goes_and_comes_in_pieces(s3: S3Server, address: Address) -> None:
    content = bytes(range(256)) * 80_000
    with open_workspace(str(address), Needs(frozenset({Kind.QUARANTINE}), writes=True)) as root:
        (root / "quarantine" / "run").mkdir(parents=True)
        (root / "quarantine" / "run" / "large.parquet").write_bytes(content)
    assert s3.contents(address.prefix)["quarantine/run/large.parquet"] == content
    needs = Needs(frozenset({Kind.QUARANTINE}), of_all_runs=True, is_fresh=True)
    with open_workspace(str(address), needs) as root:
        assert (root / "quarantine" / "run" / "large.parquet").read_bytes() == content
