"""A workspace in a bucket whose tasks a Dask cluster carries out."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

from distributed import LocalCluster

from contracts.manifest import Manifest
from flows.campaign_reports import campaign_reports
from flows.remote.address import Address
from flows.storage.published_files import read_manifest
from tests.support.object_stores import S3Server

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "sample"


def test_workers_that_see_the_cache_give_the_same_bytes(
    s3: S3Server, address: Address, tmp_path: Path, published_sample: Callable[[str], Path]
) -> None:
    written = shutil.ignore_patterns("reports", "quarantine", "state")
    sample = Path(shutil.copytree(SAMPLES / "skene", tmp_path / "skene", ignore=written))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster:
        with (sample / "campaigns.toml").open("a") as config:
            config.write(f'\n[run]\ndask = "{cluster.scheduler_address}"\n')
        s3.upload(sample, address.prefix)
        there = Manifest.model_validate(campaign_reports.fn(str(address), wait_seconds=0))
    here = read_manifest(published_sample("skene"))
    assert here is not None
    of_tables = [
        {(one.group, one.table): one.sha256 for one in told.outputs if one.group != "run"}
        for told in (here, there)
    ]
    assert of_tables[0] == of_tables[1]
