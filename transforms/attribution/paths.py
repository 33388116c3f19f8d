"""The paths of channels to orders, and those that led to none yet (SPEC §6.5)."""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.order_facts import LastDays, OpenPaths, PricedOrders
from contracts.feeds import Contacts
from contracts.reports.attribution import DIRECT, CreditedTouch, Paths
from transforms.attribution.credit_orders import rank_touches
from transforms.common.calendar import reporting_day
from transforms.common.instants import microseconds, start_of_day

SEPARATOR = " > "
ORG_ID, PATH, CONTACT_ID = Paths.org_id, Paths.path, PricedOrders.contact_id
ORDER_KEY = [CreditedTouch.org_id, CreditedTouch.order_id]
IS_ORDER = "is_order"


def find_last_days(
    events: pl.LazyFrame,
    sends: pl.LazyFrame,
    sessions: pl.LazyFrame,
    orders: pl.LazyFrame,
    timezone: str,
) -> pl.LazyFrame:
    """Find the last day on which anything happened in each organization.

    Args:
        events: `MessageEvents`.
        sends: `ContactSends`.
        sessions: `ContactSessions`.
        orders: `PricedOrders`.
        timezone: the reporting time zone.

    Returns:
        `LastDays`, in no order; one for any split of the rows, of which the latest holds.
    """
    instants = {
        MessageEvents.occurred_at: events,
        ContactSends.sent_at: sends,
        ContactSessions.started_at: sessions,
        PricedOrders.ordered_at: orders,
    }
    at = LastDays.last_instant
    day_after = pl.col(LastDays.date_day).dt.offset_by("1d")
    return (
        pl.concat(rows.select(ORG_ID, pl.col(name).alias(at)) for name, rows in instants.items())
        .filter(pl.col(at).is_not_null())
        .group_by(ORG_ID)
        .agg(reporting_day(pl.col(at).max(), timezone).alias(LastDays.date_day))
        .with_columns((start_of_day(day_after, timezone) - pl.duration(microseconds=1)).alias(at))
        .select(columns(LastDays))
    )


def list_open_ends(
    contacts: pl.LazyFrame,
    orders: pl.LazyFrame,
    last_days: pl.LazyFrame,
    rules: AttributionSection,
) -> pl.LazyFrame:
    """List the contacts without an order in the look-back, as orders that have not come yet.

    Args:
        contacts: canonical contacts.
        orders: `PricedOrders`, contacts filled in.
        last_days: `LastDays`.
        rules: the look-back.

    Returns:
        `PricedOrders`, in no order: one row per contact under the contact's own id, worth nothing,
        at the last instant of the organization's last day.
    """
    end = pl.col(LastDays.last_instant)
    lookback = pl.duration(microseconds=microseconds(rules.lookback_days))
    bought = (
        orders.filter(pl.col(PricedOrders.is_conversion), ~pl.col(PricedOrders.is_refund))
        .join(last_days, on=ORG_ID, how="inner", validate="m:1")
        .filter(pl.col(PricedOrders.ordered_at).is_between(end - lookback, end))
        .select(ORG_ID, CONTACT_ID)
    )
    schema = polars_schema(PricedOrders)
    known = {
        ORG_ID: pl.col(ORG_ID),
        PricedOrders.order_id: pl.col(CONTACT_ID),
        CONTACT_ID: pl.col(CONTACT_ID),
        PricedOrders.ordered_at: end,
        PricedOrders.credited_at: end,
        PricedOrders.date_day: pl.col(LastDays.date_day),
        PricedOrders.revenue: pl.lit(0, schema[PricedOrders.revenue]),
        PricedOrders.is_conversion: pl.lit(value=True),
        PricedOrders.is_refund: pl.lit(value=False),
    }
    return (
        contacts.select(ORG_ID, Contacts.contact_id)
        .join(bought, on=[ORG_ID, CONTACT_ID], how="anti")
        .join(last_days, on=ORG_ID, how="inner", validate="m:1")
        .select(known.get(name, pl.lit(None, dtype)).alias(name) for name, dtype in schema.items())
    )


def count_open_paths(touches: pl.LazyFrame, open_ends: pl.LazyFrame) -> pl.LazyFrame:
    """Count the contacts without an order by the path that they have come.

    Args:
        touches: `Touches` of the open ends.
        open_ends: `PricedOrders` (`list_open_ends`).

    Returns:
        `OpenPaths`, in no order; additive over any split of the contacts.
    """
    return (
        find_open_paths(touches, open_ends)
        .group_by(ORG_ID, PATH)
        .agg(pl.len().cast(pl.Int64).alias(OpenPaths.contacts_without_order))
        .select(columns(OpenPaths))
    )


def find_open_paths(touches: pl.LazyFrame, open_ends: pl.LazyFrame) -> pl.LazyFrame:
    """Find the path that each contact without an order has come.

    Args:
        touches: `Touches` of the open ends.
        open_ends: `PricedOrders` (`list_open_ends`).

    Returns:
        One row per open end: organization, `order_id` (the contact's) and `path`.
    """
    paths = rank_touches(touches, open_ends).pipe(join_channels)
    return (
        open_ends.select(ORDER_KEY)
        .join(paths, on=ORDER_KEY, how="left", validate="1:1")
        .with_columns(pl.col(PATH).fill_null(DIRECT))
    )


def report_paths(
    order_touches: pl.LazyFrame, orders: pl.LazyFrame, open_paths: pl.LazyFrame
) -> pl.LazyFrame:
    """Sum orders and contacts by the path of channels that led to them.

    A refund takes its revenue from the path of its order, and is no order.

    Args:
        order_touches: the table `order_touches`.
        orders: `PricedOrders`.
        open_paths: `OpenPaths`; rows of one path add up.

    Returns:
        `Paths`, sorted by its key.
    """
    is_order = ~pl.col(PricedOrders.is_refund)
    of_orders = (
        orders.filter(pl.col(PricedOrders.is_conversion))
        .select(*ORDER_KEY, CONTACT_ID, PricedOrders.revenue, is_order.alias(IS_ORDER))
        .join(join_channels(order_touches), on=ORDER_KEY, how="left", validate="1:1")
        .group_by(ORG_ID, pl.col(PATH).fill_null(DIRECT))
        .agg(
            pl.col(CONTACT_ID).filter(IS_ORDER).drop_nulls().n_unique().alias(Paths.contacts),
            pl.col(IS_ORDER).sum().alias(Paths.orders),
            pl.col(PricedOrders.revenue).sum().alias(Paths.revenue),
        )
    )
    schema = polars_schema(Paths)
    return (
        pl.concat([of_orders, open_paths], how="diagonal")
        .group_by(ORG_ID, PATH)
        .agg(pl.exclude(ORG_ID, PATH).sum())
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
        .sort(ORG_ID, PATH)
    )


def join_channels(ranked: pl.LazyFrame) -> pl.LazyFrame:
    """Name the path of each order: its touches' channels in order, equal neighbours once.

    Args:
        ranked: Touches of orders with their `touch_position`.

    Returns:
        One row per order with touches: its key and `path`.
    """
    channel = pl.col(CreditedTouch.channel)
    is_same_order = pl.all_horizontal(
        pl.col(name) == pl.col(name).shift(1) for name in ORDER_KEY
    ).fill_null(value=False)
    is_repeated = is_same_order & (channel == channel.shift(1)).fill_null(value=False)
    return (
        ranked.select(*ORDER_KEY, CreditedTouch.touch_position, CreditedTouch.channel)
        .sort(*ORDER_KEY, CreditedTouch.touch_position)
        .filter(~is_repeated)
        .group_by(ORDER_KEY, maintain_order=True)
        .agg(channel.str.join(SEPARATOR).alias(PATH))
    )
