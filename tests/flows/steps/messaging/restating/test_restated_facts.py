"""Sums brought up to date night after night against sums built anew: the same, row by row."""

import os
from pathlib import Path
from random import Random

import polars as pl
import pytest

from flows.catalog.row_files import RowFile
from flows.config.loading import load_workspace
from flows.steps.messaging.described_messages import NamedKeys, find_names
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.key_files import list_key_files
from flows.steps.messaging.restating import restated_facts
from flows.steps.messaging.restating.restated_facts import FactBase, restate_facts
from flows.steps.messaging.send_facts import build_facts
from flows.steps.step_inputs import StepInputs
from tests.support import generated
from tests.support.generated import draw_tables
from tests.support.histories.history import History, cut
from tests.support.workspaces import read_workspace
from transforms.messaging.additive_sums import SUMS

HISTORIES = int(os.environ.get("HISTORIES", "1"))
NIGHTS = int(os.environ.get("NIGHTS", "4"))
SETTINGS = {"workspace.timezone": '"America/New_York"'}
ALONE = (("contacts",), ("messages", "campaigns", "dispatches"), ("list_members",), ("sends",))
"""Tables of which alone rows change in a night: where all do, one fault hides another."""


def begin(root: Path, seed: int) -> History:
    """A workspace of message tables, some of whose files are delivered."""
    random, tables = Random(seed), draw_tables(seed, 8)  # noqa: S311 - no secret is drawn
    waiting = {
        f"raw/{table}/{number}.jsonl": part
        for table, rows in tables.items()
        for number, part in enumerate(cut(random, rows))
    }
    history = History(root, random, waiting)
    history.configuration.feeds, history.configuration.settings = [*tables], {**SETTINGS}
    for table in tables:
        (root / "raw" / table).mkdir(parents=True)
    history.deliver(len(waiting) * 3 // 4)
    history.configuration.write()
    return history


def read(history: History, place: Path) -> tuple[StepInputs, NamedKeys, list[RowFile]]:
    """What a night finds."""
    catalog = read_workspace(history.root, history.root / "ledger").catalog
    inputs = StepInputs.afresh(catalog, load_workspace(history.root, environ={}).config, place)
    return inputs, find_names(inputs), list_key_files(catalog, "list_members")


def read_sums(facts: FactFiles) -> dict[str, pl.DataFrame]:
    """All that is kept, in order; organizations by their names, whatever their numbers."""
    sums = {kind: facts.scan(kind).collect() for kind in SUMS if kind != "contacts"}
    sums["contacts"] = pl.concat(facts.scan_contacts()).collect()
    numbers = facts.organizations().collect()
    keyed = {
        kind: rows.with_columns(
            org=(pl.col("basis_key") // 2**24).replace_strict(
                numbers["org_code"], numbers["org_id"], default="", return_dtype=pl.String
            ),
            basis_key=pl.col("basis_key") % 2**24,
        )
        if "basis_key" in rows.columns
        else rows
        for kind, rows in sums.items()
    }
    return {kind: rows.sort(pl.all()) for kind, rows in keyed.items()}


def pass_a_day(history: History) -> None:
    """Let much happen, or a few rows of one kind be others, mostly of different organizations."""
    if history.random.random() < 0.3:
        history.pass_a_day()
    else:
        tables = history.random.choice(ALONE)
        for _ in range(3):
            history.change_a_row(tables)


def live_nights(tmp_path: Path, seed: int, nights: int) -> int:
    """Let nights pass; gives in how many the sums were brought up to date."""
    history, restated = begin(tmp_path / "ws", seed), 0
    base: FactBase | None = None
    for night in range(nights):
        place = tmp_path / f"anew {night}"
        inputs, names, files = read(history, place)
        facts = anew = build_facts(inputs, names, place)
        if base is not None:
            found = restate_facts(base, inputs, names, files, tmp_path / f"kept {night}")
            restated += found is not None
            facts = found or anew
        expected = read_sums(anew)
        for kind, rows in read_sums(facts).items():
            assert rows.equals(expected[kind]), (kind, history.happened)
        base = FactBase(facts, names, tuple(files))
        pass_a_day(history)
        history.configuration.settings = {**SETTINGS}
        history.configuration.gone -= {"contacts"}
        history.configuration.write()
    return restated


@pytest.fixture(autouse=True)
def _restate_whatever_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restated_facts, "MOST_TOUCHED", 100)


@pytest.fixture(autouse=True)
def _few_people_and_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows meet: sends by address, and events that name their message and contact."""
    monkeypatch.setattr(generated, "IDS", ("1", "2"))
    monkeypatch.setattr(generated, "CONTACTS", ("1", "2"))


def test_sums_brought_up_to_date_are_those_built_anew(tmp_path: Path) -> None:
    restated = [live_nights(tmp_path / str(seed), seed, NIGHTS) for seed in range(HISTORIES)]
    assert sum(restated) > HISTORIES * (NIGHTS - 1) // 2
