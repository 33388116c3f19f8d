"""Paths of channels, to orders and to none yet (SPEC §6.5)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.order_facts import LastDays, OpenPaths, PricedOrders
from contracts.feeds import Contacts
from contracts.reports.attribution import Paths
from tests.oracles.purchases import DAY, HOUR, NEW_YORK, NOON, click, order, visit
from tests.support.frames import frame
from transforms.attribution.credit_orders import credit_orders
from transforms.attribution.paths import (
    count_open_paths,
    find_last_days,
    list_open_ends,
    report_paths,
)
from transforms.attribution.touches import collect_touches

RULES = AttributionSection.model_validate({"lookback_days": 5})
NO_PATHS = pl.LazyFrame(schema=polars_schema(OpenPaths))


def pair(
    events: list[dict[str, Any]], sessions: list[dict[str, Any]], orders: pl.LazyFrame
) -> pl.LazyFrame:
    """The touches of some orders."""
    return collect_touches(
        frame(MessageEvents, events),
        frame(ContactSends, []),
        frame(ContactSessions, sessions),
        orders,
        RULES,
        NEW_YORK,
    )


def test_equal_neighbours_stand_once_and_refunds_take_from_their_path() -> None:
    """Order A: e-mail, e-mail, affiliates, e-mail; B takes 30 of it back; C of nobody is direct."""
    orders = frame(
        PricedOrders,
        [
            order("A", NOON, "100.00"),
            order("B", NOON, "-30.00", ordered_at=NOON + 90 * DAY),
            order("C", NOON, "7.00", contact_id=None),
        ],
    )
    events = [click("e1", NOON - 4 * HOUR), click("e2", NOON - 3 * HOUR), click("e4", NOON - HOUR)]
    touches = pair(events, [visit("v3", NOON - 2 * HOUR, "affiliates")], orders)
    result = report_paths(credit_orders(touches, orders, RULES), orders, NO_PATHS).collect()
    expected = pl.DataFrame(
        [
            ("o", "(direct)", 0, 1, Decimal(7), 0),
            ("o", "email > affiliates > email", 1, 1, Decimal(70), 0),
        ],
        schema=polars_schema(Paths),
        orient="row",
    )
    assert_frame_equal(result, expected)


def test_contacts_without_an_order_in_the_look_back_have_paths_too() -> None:
    """Contact 1 ordered long ago and clicked; 2 ordered yesterday; 3 did nothing; 4 long ago."""
    contacts = frame(Contacts, [{"org_id": "o", "contact_id": str(n)} for n in (1, 2, 3, 4)])
    orders = frame(
        PricedOrders, [order("A", NOON - 9 * DAY), order("B", NOON - DAY, contact_id="2")]
    )
    events = [click("e1", NOON), click("e4", NOON - 9 * DAY, contact_id="4")]
    last_days = find_last_days(
        frame(MessageEvents, events),
        frame(ContactSends, []),
        frame(ContactSessions, []),
        orders,
        NEW_YORK,
    )
    expected_days = pl.DataFrame(
        [("o", date(2026, 1, 10), datetime(2026, 1, 11, 4, 59, 59, 999999, tzinfo=UTC))],
        schema=polars_schema(LastDays),
        orient="row",
    )
    assert_frame_equal(last_days.collect(), expected_days)
    ends = list_open_ends(contacts, orders, last_days, RULES)
    assert ends.collect()["contact_id"].sort().to_list() == ["1", "3", "4"]
    paths = count_open_paths(pair(events, [], ends), ends).sort("path")
    expected = pl.DataFrame(
        [("o", "(direct)", 2), ("o", "email", 1)], schema=polars_schema(OpenPaths), orient="row"
    )
    assert_frame_equal(paths.collect(), expected)
    report = report_paths(
        credit_orders(pair(events, [], orders), orders, RULES), orders, pl.concat([paths, paths])
    ).collect()
    assert report.rows() == [
        ("o", "(direct)", 2, 2, Decimal(200), 4),
        ("o", "email", 0, 0, Decimal(0), 2),
    ]
