"""Nights of a workspace: as they are, as they would be if nothing were kept, and as killed ones."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from flows import campaign_reports as flow
from flows.catalog import file_batches, read_files, recalled_rows
from flows.errors import CampaignReportsError
from flows.readers import open_feed
from flows.steps.activities import identity_links, write_activities
from flows.steps.attribution import credit_files
from flows.steps.matching import sessions
from flows.steps.messaging import key_files, send_facts
from flows.steps.messaging.restating import restated_facts
from flows.steps.people import journey_slices
from tests.oracles.changed_figures import find_wrong_changes, read_figures
from tests.support.faults.forked_commands import Commands, Disturbance
from tests.support.histories.history import History
from tests.support.publishing import write_tables_alone

ALL = 1_000_000
SIZES: tuple[tuple[ModuleType, str, tuple[float, ...]], ...] = (
    (recalled_rows, "LEAST_ROWS", (0,)),
    (restated_facts, "MOST_TOUCHED", (0.3, 100, 100)),
    (identity_links, "MOST_CHANGED", (0.3, 100)),
    (file_batches, "MOST_ROWS", (5, 30, 200)),
    (journey_slices, "ROWS_A_SLICE", (20, 200, ALL)),
    (write_activities, "ROWS_A_GROUP", (20, 200, ALL)),
    (key_files, "ROWS_A_GROUP", (30, ALL)),
    (send_facts, "ROWS_A_PART", (30, ALL)),
    (sessions, "ROWS_A_GROUP", (30, ALL)),
    (credit_files, "ROWS_A_PIECE", (30, ALL)),
    (credit_files, "ROWS_A_BATCH", (7, ALL)),
    (credit_files, "ROWS_A_SAMPLE", (3,)),
    (read_files, "ROWS_TOGETHER", (30, ALL)),
)
"""From how many rows, or which share of them, work is cut or done anew: what is tried."""
SHARE_CUT = 0.3
SMALL = 2000
"""Bytes of a file that are read together, so that a small file has several parts."""
TOLD = ("inputs", "reconciliation", "warnings")
"""What a manifest says that does not depend on when and how it was published."""


@dataclass(frozen=True)
class Night:
    """What a night left behind.

    Attributes:
        refused: Why it published nothing, if it did not.
        tables: Every table file of the snapshot that is published then.
        told: What its manifest says.
    """

    refused: str = ""
    tables: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)


def make_small(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Have small workspaces take the ways of large ones: many batches, some of a cut file."""
    draw = Random(seed)  # noqa: S311 - no secret is drawn
    for module, name, sizes in SIZES:
        monkeypatch.setattr(module, name, draw.choice(sizes))
    options, *_, sha256 = open_feed.__defaults__ or ()
    if draw.random() < SHARE_CUT:
        monkeypatch.setattr(open_feed, "__defaults__", (options, SMALL, sha256))


def run_night(root: Path, *, full: bool = False) -> Night:
    """A run in this process, without Prefect's engine."""
    refused = ""
    try:
        flow.campaign_reports.fn(str(root), full, 0)
    except CampaignReportsError as error:
        refused = f"{type(error).__name__}: {error}"
    if not (root / "reports/current.json").exists():
        return Night(refused)
    latest = root / "reports" / json.loads((root / "reports/current.json").read_text())["snapshot"]
    tables = {p.relative_to(latest).as_posix(): p.read_bytes() for p in latest.rglob("*.parquet")}
    manifest = json.loads((latest / "manifest.json").read_text())
    return Night(refused, tables, {name: manifest[name] for name in TOLD})


def run_anew(root: Path, copy: Path) -> Night:
    """What a night that computes everything would leave after the same nights."""
    shutil.copytree(root, copy)
    with pytest.MonkeyPatch.context() as monkeypatch:
        write_tables_alone(monkeypatch)
        night = run_night(copy, full=True)
    shutil.rmtree(copy)
    return night


def find_differing(kept: Night, anew: Night) -> Iterator[str]:
    """What a night left otherwise than one that computed everything."""
    if kept.refused != anew.refused:
        yield f"refused is {kept.refused!r}, not {anew.refused!r}"
    for name in sorted({*kept.tables, *anew.tables}):
        if kept.tables.get(name) != anew.tables.get(name):
            yield f"{name} differs"
    for name in TOLD:
        if kept.told.get(name) != anew.told.get(name):
            yield f"the manifest's {name} differ"


def find_faults(history: History, place: Path) -> Iterator[str]:
    """Let a night pass: whatever of it is not as it must be, its `run/changes` too."""
    before = read_figures(history.root)
    anew = run_anew(history.root, place / "anew")
    kept = run_night(history.root)
    yield from find_differing(kept, anew)
    if not kept.refused:
        yield from find_wrong_changes(before, history.root)


def find_faults_after_kill(
    history: History, place: Path, commands: Commands, killed: Disturbance
) -> Iterator[str]:
    """Let a night be killed, and the next pass: whatever of that is not as it must be.

    The killed night may have published, so that `run/changes` may have been told already.
    """
    anew = run_anew(history.root, place / "anew")
    ended = commands.run(history.root, "run", disturbed=killed)
    history.note("killed at", killed.at, "ended with", ended.code)
    kept = run_night(history.root)
    of_run = ("run/", "the manifest's reconciliation")
    yield from (one for one in find_differing(kept, anew) if not one.startswith(of_run))
