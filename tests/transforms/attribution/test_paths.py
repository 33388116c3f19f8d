"""Paths of channels, to orders and to none yet (SPEC §6.5)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import LastDays
from contracts.reports.attribution import Paths
from tests.oracles.purchases import DAY, HOUR, NEW_YORK, NOON, click, order, visit
from tests.support.held_activities import HeldActivities, find_their_paths, number_activities
from transforms.attribution.paths import add_up_paths, find_last_days, name_paths, sum_paths

RULES = AttributionSection.model_validate({"lookback_days": 5})


def report(activities: HeldActivities, times: int = 1) -> pl.DataFrame:
    """The paths of some people, added up with so many times the same."""
    found = find_their_paths(activities, RULES, NEW_YORK)
    sums = sum_paths(name_paths(found.ranked, found.ends))
    return add_up_paths(pl.concat([sums] * times)).collect()


def test_equal_neighbours_stand_once_and_refunds_take_from_their_path() -> None:
    """Order A: e-mail, e-mail, affiliates, e-mail; B takes 30 of it back; C of nobody is direct."""
    orders = [
        order("A", NOON, "100.00"),
        order("B", NOON, "-30.00", ordered_at=NOON + 90 * DAY),
        order("C", NOON, "7.00", contact_id=None),
    ]
    events = [click("e1", NOON - 4 * HOUR), click("e2", NOON - 3 * HOUR), click("e4", NOON - HOUR)]
    visits = [visit("v3", NOON - 2 * HOUR, "affiliates")]
    expected = pl.DataFrame(
        [
            ("o", "(direct)", 0, 1, Decimal(7), 0),
            ("o", "email > affiliates > email", 1, 1, Decimal(70), 0),
        ],
        schema=polars_schema(Paths),
        orient="row",
    )
    assert_frame_equal(report(number_activities(events, visits, orders=orders)), expected)


def test_contacts_without_an_order_in_the_look_back_have_paths_too() -> None:
    """Contact 1 ordered long ago and clicked; 2 ordered yesterday; 3 did nothing; 4 long ago."""
    contacts = [{"org_id": "o", "contact_id": str(n)} for n in (1, 2, 3, 4)]
    orders = [order("A", NOON - 9 * DAY), order("B", NOON - DAY, contact_id="2")]
    events = [click("e1", NOON), click("e4", NOON - 9 * DAY, contact_id="4")]
    activities = number_activities(events, orders=orders, contacts=contacts)
    expected_days = pl.DataFrame(
        [("o", date(2026, 1, 10), datetime(2026, 1, 11, 4, 59, 59, 999999, tzinfo=UTC))],
        schema=polars_schema(LastDays),
        orient="row",
    )
    assert_frame_equal(
        find_last_days(activities.list_last_instants(), NEW_YORK).collect(), expected_days
    )
    ends = find_their_paths(activities, RULES, NEW_YORK).ends.collect()
    assert ends.filter("is_open")["contact_id"].to_list() == ["1", "3", "4"]
    assert report(activities, times=2).rows() == [
        ("o", "(direct)", 4, 4, Decimal(400), 4),
        ("o", "email", 0, 0, Decimal(0), 2),
    ]
