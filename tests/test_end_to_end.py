"""The real command on the sample workspaces: what a user of a fresh clone sees."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from flows.campaign_reports import campaign_reports
from flows.storage.snapshots.published_files import published_tables, read_manifest, read_pointer
from tests.support.samples import EVERY_TABLE, copy_sample
from tests.support.workspace_copies import copy_workspace

ROOT = Path(__file__).parents[1]
NAMES = ["skene", "acquia", "hightouch", "ads", "journeys"]


def table_hashes(manifest: dict[str, Any]) -> dict[str, str]:
    """Table file -> the hash of its bytes."""
    return {
        "/".join(output["path"].split("/")[3:]): output["sha256"]
        for output in manifest["outputs"]
        if output["group"] != "run"
    }


@pytest.fixture(scope="module")
def published(published_sample: Callable[[str], Path]) -> dict[str, Path]:
    """Every sample workspace, run by one command."""
    return {name: published_sample(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_accounted_for_and_every_check_holds(
    published: dict[str, Path], name: str
) -> None:
    manifest = read_manifest(published[name])
    assert manifest is not None
    assert manifest.inputs
    for entry in manifest.inputs:
        kept = entry.accepted + entry.rejected + entry.superseded + entry.duplicates
        assert entry.rows_read == kept, entry.path
    assert all(check.holds for check in manifest.reconciliation)


ELSEWHERE = """
import os, sys
from datetime import datetime, timedelta
os.umask(0o077)
from flows import campaign_reports

class OtherClock(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=9000)

campaign_reports.datetime = OtherClock
campaign_reports.draw_page = campaign_reports.describe_snapshot = lambda *_: None
for root in sys.argv[1:]:
    campaign_reports.campaign_reports.fn(root, wait_seconds=0)
"""
"""The flow with another clock and umask, for its tables alone."""


KILLED = """
import os, signal, sys
from flows import campaign_reports

campaign_reports.refuse_bad_data = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
campaign_reports.campaign_reports.fn(sys.argv[1], wait_seconds=0)
"""
"""The flow, which is killed when it has read the feeds."""


@pytest.mark.parametrize("threads", ["1", *(["4"] if "FAULTS" in os.environ else [])])
def test_another_machine_writes_the_same_bytes(
    published: dict[str, Path], tmp_path: Path, threads: str
) -> None:
    """Other threads, locale, zone, umask, hash seed and clock; `FAULTS` tries more, on more."""
    names = NAMES if "FAULTS" in os.environ else EVERY_TABLE
    roots = {name: copy_sample(name, tmp_path / name) for name in names}
    elsewhere = {
        "POLARS_MAX_THREADS": threads,
        "PYTHONHASHSEED": "42",
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "POSIX",
        "LANG": "tr_TR.UTF-8",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *map(str, roots.values())],
        cwd=ROOT,
        env={**os.environ, **elsewhere},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name, root in roots.items():
        here, there = (read_manifest(one) for one in (published[name], root))
        assert here is not None
        assert there is not None
        assert table_hashes(there.model_dump()) == table_hashes(here.model_dump())


def test_some_samples_have_every_table_and_every_kind_of_feed(published: dict[str, Path]) -> None:
    def tables(names: Sequence[str]) -> set[str]:
        manifests = [manifest for one in names if (manifest := read_manifest(published[one]))]
        written = {f"{one.group}/{one.table}" for each in manifests for one in each.outputs}
        return written | {one.table for each in manifests for one in each.inputs}

    assert tables(EVERY_TABLE) == tables(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_told_holds_an_address(published: dict[str, Path], name: str) -> None:
    pointer = read_pointer(published[name])
    assert pointer is not None
    told = (published[name] / "reports" / pointer.snapshot / "manifest.json").read_text()
    assert "@example" not in told


def test_skenes_golden_campaign(published: dict[str, Path]) -> None:
    report = pl.read_parquet(published["skene"] / "reports/latest/email/campaign_report.parquet")
    golden = report.filter(pl.col("campaign_name") == "Q2 Product Update").row(0, named=True)
    assert (golden["sends"], golden["delivered"], golden["bounced"]) == (4, 3, 1)
    assert golden["open_rate"] == 1.0
    assert round(golden["click_rate"], 4) == 0.6667
    assert golden["bounce_rate"] == 0.25


def test_channels_appear_for_the_interactions_that_feeds_give(published: dict[str, Path]) -> None:
    groups = {group for group, _ in published_tables(published["hightouch"])}
    assert {"email", "sms", "ads"} <= groups
    assert not {"push", "direct_mail"} & groups


def test_every_table_opens_with_the_same_values_in_four_readers(
    published: dict[str, Path],
) -> None:
    tables = published_tables(published["journeys"])
    assert {"email", "people", "attribution", "campaigns", "run"} <= {group for group, _ in tables}
    for files in tables.values():
        for file in files:
            ours = pl.read_parquet(file)
            assert pq.read_table(file).num_rows == ours.height
            assert duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchall() == [(ours.height,)]
            theirs = pd.read_parquet(file)
            assert list(theirs.columns) == ours.columns
            sums = ours.select(pl.col(pl.Int64).sum())
            for name in sums.columns:
                assert theirs[name].sum() == sums[name].item()
                ((total,),) = duckdb.sql(f"SELECT sum(\"{name}\") FROM '{file}'").fetchall()
                assert (total or 0) == sums[name].item()


def test_a_second_run_gives_the_same_bytes_and_survives_a_kill(
    published: dict[str, Path], tmp_path: Path
) -> None:
    root = copy_workspace(published["acquia"], tmp_path / "ws")
    before, first = read_pointer(root), read_manifest(root)
    assert first is not None
    shutil.rmtree(root / "state" / "ledger")
    victim = subprocess.run(
        [sys.executable, "-c", KILLED, str(root)], cwd=ROOT, capture_output=True, check=False
    )
    assert victim.returncode == -signal.SIGKILL, victim.stderr
    assert list((root / "state" / "ledger").iterdir())
    assert read_pointer(root) == before
    again = campaign_reports.fn(str(root), wait_seconds=0)
    assert again["run_id"] != first.run_id
    assert table_hashes(again) == table_hashes(first.model_dump())
    assert not list((root / "state" / "staging").glob("*"))


def test_what_refuses_a_workspace_is_told_with_what_would_mend_it(
    published_sample: Callable[[str], Path],
) -> None:
    """One has no parent model and one a file that lacks a column; nothing is published."""
    told = published_sample("told").read_text()
    for part in ("configure a parent model", "raw/contacts/2026-07.csv", "contact_id"):
        assert part in told
    assert "ann@example.com" not in told
    assert "Traceback" not in told
    refused = (published_sample("orphan"), published_sample("lacking"))
    assert [read_pointer(one) for one in refused] == [None, None]
