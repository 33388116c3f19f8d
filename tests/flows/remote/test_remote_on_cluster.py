"""A workspace or its feeds in a bucket, and a Dask cluster that carries out the tasks."""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from contracts.manifest import Manifest
from flows.remote.address import Address
from flows.storage.snapshots.published_files import read_manifest
from tests.support.clusters import dask_cluster
from tests.support.object_stores import S3Server, WatchedObjects
from tests.support.publishing import publish_tables
from tests.support.samples import copy_sample


@pytest.fixture(scope="module")
def cluster() -> Generator[str]:
    """The address of a scheduler with two workers."""
    with dask_cluster(2) as running:
        yield running.scheduler_address


def write_sample(folder: Path, cluster: str) -> Path:
    copied = copy_sample("skene", folder)
    with (copied / "campaigns.toml").open("a") as config:
        config.write(f'\n[run]\ndask = "{cluster}"\n')
    return copied


def publish(place: Path | Address) -> dict[tuple[str, str], str]:
    manifest = publish_tables(place)
    assert not [one for one in manifest.warnings if one.code == "file_changing"]
    return tables(manifest)


def tables(manifest: Manifest | None) -> dict[tuple[str, str], str]:
    """Table -> the hash of its bytes; those of the run itself apart."""
    assert manifest is not None
    return {(one.group, one.table): one.sha256 for one in manifest.outputs if one.group != "run"}


def test_workers_that_see_the_cache_give_the_same_bytes(
    s3: S3Server,
    address: Address,
    tmp_path: Path,
    cluster: str,
    published_sample: Callable[[str], Path],
) -> None:
    s3.upload(write_sample(tmp_path / "skene", cluster), address.prefix)
    assert publish(address) == tables(read_manifest(published_sample("skene")))


def test_workers_read_the_objects_of_feeds_that_this_process_brings(
    s3: S3Server,
    address: Address,
    tmp_path: Path,
    cluster: str,
    published_sample: Callable[[str], Path],
    watch: Callable[..., list[WatchedObjects]],
) -> None:
    root = write_sample(tmp_path / "skene", cluster)
    s3.upload(root / "raw", address.prefix)
    shutil.rmtree(root / "raw")
    config = (root / "campaigns.toml").read_text()
    (root / "campaigns.toml").write_text(config.replace('"raw/', f'"{address}/'))
    watched, expected = watch(), tables(read_manifest(published_sample("skene")))

    def got() -> int:
        requests = [verb for one in watched for verb, _ in one.requests]
        watched.clear()
        return requests.count("get")

    assert (publish(root), got()) == (expected, 14)
    assert (publish(root), got()) == (expected, 0)
    part = next((root / "state" / "ledger").rglob("part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])
    assert (publish(root), got()) == (expected, 1)
