"""Nights that compute what is new against nights that compute everything: the same bytes."""

import json
import os
import shutil
from pathlib import Path

import pytest

from flows.campaign_reports import campaign_reports
from flows.errors import CampaignReportsError
from tests.support.histories import History

HISTORIES = int(os.environ.get("HISTORIES", "2"))
NIGHTS = int(os.environ.get("NIGHTS", "3"))


def run_night(root: Path, *, full: bool = False) -> str:
    """A run in this process, without Prefect's engine; what it refused, if it did."""
    try:
        campaign_reports.fn(str(root), full, 0)
    except CampaignReportsError as error:
        return type(error).__name__
    return ""


def read_tables(root: Path) -> dict[str, bytes]:
    """Every table file of the published snapshot."""
    if not (root / "reports/current.json").exists():
        return {}
    latest = root / "reports" / json.loads((root / "reports/current.json").read_text())["snapshot"]
    return {p.relative_to(latest).as_posix(): p.read_bytes() for p in latest.rglob("*.parquet")}


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_night_equals_one_that_computes_everything(tmp_path: Path, seed: int) -> None:
    history = History.begin(tmp_path / "ws", seed)
    for night in range(NIGHTS):
        anew = tmp_path / f"anew {night}"
        shutil.copytree(history.root, anew)
        assert run_night(history.root) == run_night(anew, full=True), history.happened
        kept, computed = read_tables(history.root), read_tables(anew)
        assert {*kept} == {*computed}, history.happened
        differing = [name for name in sorted(kept) if kept[name] != computed[name]]
        assert not differing, history.happened
        shutil.rmtree(anew)
        history.pass_a_day()
