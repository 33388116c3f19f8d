"""A step is given what may decide its result, and can read nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.config.loading import load_workspace
from flows.kept.kept_reports import KeptReports
from flows.kept.kept_steps import KeptSteps
from flows.steps.attempt import Run
from tests.support.workspaces import feed, read_files

TOML = (
    '[attribution]\nmodels = ["linear"]\n[sessions]\ntimeout_minutes = 7\n'
    + feed("contacts", "raw/contacts.csv")
    + feed("orders", "raw/orders.csv")
)
FILES = {
    "raw/contacts.csv": b"contact_id\nc1\n",
    "raw/orders.csv": b"order_id,ordered_at,revenue\no1,2026-03-01T10:00:00Z,1\n",
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    read = read_files(tmp_path, TOML, FILES)
    loaded = load_workspace(tmp_path / "ws", environ={})
    kept, reports = KeptSteps(tmp_path, ""), KeptReports(loaded.root, tmp_path, tmp_path, "")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return Run(loaded, "run", now, tmp_path, tmp_path, kept, reports, read=read)


def test_a_table_that_is_not_given_cannot_be_read(run: Run) -> None:
    given = run.give(["contacts"])
    assert given.catalog.scan("contacts").collect().height == 1
    with pytest.raises(KeyError):
        given.catalog.scan("orders")


def test_a_section_that_is_not_given_is_as_if_it_was_not_configured(run: Run) -> None:
    given = run.give(["contacts"], ["attribution"]).config
    assert given.attribution.models == ("linear",)
    assert (run.config.sessions.timeout_minutes, given.sessions.timeout_minutes) == (7, 30)


def test_what_is_given_is_what_decides(run: Run) -> None:
    choices = [([], []), (["contacts"], []), (["orders"], []), (["contacts"], ["sessions"])]
    found = [run.give(tables, sections).identity for tables, sections in choices]
    assert len({*found}) == len(choices)
    assert run.give(["contacts"], ["sessions"], "a stage").identity == found[-1]
