"""Nights that compute what is new against nights that compute everything: the same bytes."""

import json
import os
import shutil
from pathlib import Path
from random import Random

import pytest

from flows.campaign_reports import campaign_reports
from flows.errors import CampaignReportsError
from flows.kept import recalled_rows
from flows.steps.messaging import restated_facts
from tests.support.faults.forked_commands import Disturbance, forked_commands
from tests.support.histories import History

HISTORIES = int(os.environ.get("HISTORIES", "2"))
KILLS = int(os.environ.get("KILLS", "1"))
NIGHTS = int(os.environ.get("NIGHTS", "2"))


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


def publish_anew(root: Path, place: Path) -> tuple[str, dict[str, bytes]]:
    """What a night that computes everything would publish after the same nights."""
    shutil.copytree(root, place)
    refused = run_night(place, full=True)
    tables = read_tables(place)
    shutil.rmtree(place)
    return refused, tables


def without_run(tables: dict[str, bytes]) -> dict[str, bytes]:
    """All tables but those that tell of the run itself: a killed run may have published."""
    return {name: content for name, content in tables.items() if not name.startswith("run/")}


def require_same(kept: dict[str, bytes], anew: dict[str, bytes], history: History) -> None:
    assert {*kept} == {*anew}, history.happened
    assert not [name for name in sorted(kept) if kept[name] != anew[name]], history.happened


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_night_equals_one_that_computes_everything(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalled_rows, "LEAST_ROWS", 0)
    monkeypatch.setattr(restated_facts, "MOST_TOUCHED", 100)
    history = History.begin(tmp_path / "ws", seed)
    for _ in range(NIGHTS):
        refused, anew = publish_anew(history.root, tmp_path / "anew")
        assert run_night(history.root) == refused, history.happened
        require_same(read_tables(history.root), anew, history)
        history.pass_a_day()


def test_a_night_after_a_killed_one_equals_one_that_computes_everything(tmp_path: Path) -> None:
    history, draw = History.begin(tmp_path / "ws", 0), Random(0)  # noqa: S311
    run_night(history.root)
    with forked_commands(tmp_path / "scratch") as commands:
        for number in range(KILLS):
            history.deliver(3)
            copy = shutil.copytree(history.root, tmp_path / "copy")
            operations = commands.run(copy, "run").operations
            shutil.rmtree(copy)
            _, anew = publish_anew(history.root, tmp_path / "anew")
            killed = Disturbance(at=draw.randrange(1, operations))
            assert commands.run(history.root, "run", disturbed=killed).code == -9
            history.note("killed at", killed.at, "of", operations, "in night", number)
            assert run_night(history.root) == ""
            require_same(without_run(read_tables(history.root)), without_run(anew), history)
