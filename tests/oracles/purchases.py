"""Clicks, visits, mailings and orders of contact 1, and the orders credited to them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.columns import columns
from contracts.config.workspace import AttributionSection
from contracts.reports.attribution import MODELS, order_touches_contract
from tests.support.held_activities import credit_them, find_their_paths, number_activities

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
NEW_YORK = "America/New_York"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def click(event_id: str, at: datetime, **more: object) -> dict[str, Any]:
    """An e-mail click of contact 1."""
    row = {
        "org_id": "o",
        "event_id": event_id,
        "event_type": "email_clicked",
        "channel": "email",
        "occurred_at": at,
        "contact_id": "1",
        "is_machine": False,
    }
    return row | more


def visit(session_id: str, at: datetime, group: str | None, **more: object) -> dict[str, Any]:
    """A session of contact 1."""
    row = {
        "org_id": "o",
        "session_id": session_id,
        "started_at": at,
        "contact_id": "1",
        "channel_group": group,
    }
    return row | more


def mailing(send_id: str, start: date | None, days: int | None, **more: object) -> dict[str, Any]:
    """Direct mail to contact 1."""
    row = {
        "org_id": "o",
        "send_id": send_id,
        "contact_id": "1",
        "channel": "direct_mail",
        "status": "sent",
        "window_start": start,
        "window_days": days,
    }
    return row | more


def order(order_id: str, at: datetime, revenue: str = "100.00", **more: object) -> dict[str, Any]:
    """An order of contact 1 that counts."""
    row = {
        "org_id": "o",
        "order_id": order_id,
        "contact_id": "1",
        "ordered_at": at,
        "credited_at": at,
        "date_day": at.date(),
        "revenue": Decimal(revenue),
        "is_conversion": True,
        "is_refund": Decimal(revenue) < 0,
    }
    return row | more


def credit(
    events: Iterable[Mapping[str, Any]] = (),
    sessions: Iterable[Mapping[str, Any]] = (),
    sends: Iterable[Mapping[str, Any]] = (),
    orders: Iterable[Mapping[str, Any]] = (),
    **rules: object,
) -> pl.DataFrame:
    """The order touches of some rows under all models."""
    section = AttributionSection.model_validate({"models": MODELS} | rules)
    found = find_their_paths(number_activities(events, sessions, sends, orders), section, NEW_YORK)
    table = columns(order_touches_contract(section.models))
    return credit_them(found, section).select(table).collect(engine="streaming")


def touched(result: pl.DataFrame) -> list[str]:
    """The ids of the touches, in their order; direct mail by its channel."""
    return result.select(pl.coalesce("event_id", "session_id", "channel").alias("touch"))[
        "touch"
    ].to_list()
