"""Orders are credited alike, however people are cut and however large a piece of a table is."""

from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from flows.steps.activities import write_activities
from flows.steps.attribution import credit_files, credited_orders
from tests.support.people_world import TOML, make_people
from tests.support.publishing import publish
from tests.support.workspaces import Ran

TABLES = ("order_touches", "paths", "channel_attribution", "campaign_attribution")


WORLD = make_people(3)


@pytest.fixture(scope="module", params=['["store_visit"]', "[]"])
def whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Ran]:
    """A configuration, and what a run gives that cuts nothing.

    Clicks alone lie apart from the other events; where other events count, all are read.
    """
    toml = TOML.replace('["store_visit"]', request.param)
    return toml, publish(tmp_path_factory.mktemp("whole"), toml, **WORLD.tables)


@pytest.mark.parametrize("most_rows", [1, 200])
def test_how_people_are_cut_changes_nothing(
    whole: tuple[str, Ran], most_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml, uncut = whole
    monkeypatch.setattr(write_activities, "ROWS_A_GROUP", 80)
    monkeypatch.setattr(credited_orders, "count_at_once", lambda _run, _: most_rows)
    monkeypatch.setattr(credit_files, "ROWS_A_PIECE", 7)
    monkeypatch.setattr(credit_files, "ROWS_A_SAMPLE", 2)
    cut = publish(tmp_path / "cut", toml, **WORLD.tables)

    # Orders of few people at a time are credited from what lies in their order.
    laid = list(tmp_path.rglob("people_KeyedOrders_by_person-*"))
    assert bool(laid) == (most_rows == 1)
    assert uncut.table("attribution", "order_touches").height > 20
    for name in TABLES:
        assert_frame_equal(cut.table("attribution", name), uncut.table("attribution", name))
