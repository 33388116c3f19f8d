"""Orders of people whom messages touched that no message of these is credited with, and why."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.order_facts import PricedOrders
from contracts.reports.journeys import ContactJourney
from contracts.vocabulary import Channel, JourneyKind
from flows.explain.attribution.order_rows import KEY, ORDERS, OrderRows
from flows.explain.cells import have_values_of
from flows.explain.explanation import NOTHING_LEFT_OUT, leave_out
from transforms.attribution.touches import may_touch

J = ContactJourney
CONTACT = [J.org_id, J.contact_id]
MESSAGE = [DescribedMessages.org_id, DescribedMessages.message_id]
TOUCHED_AT, BY_MACHINES = "touched at", "by machines"


def list_missed_orders(
    orders: OrderRows, messages: pl.DataFrame, channels: Sequence[str], day: Mapping[str, object]
) -> pl.DataFrame:
    """Orders after a touch by one of some messages that brought nothing or came too late.

    Args:
        messages: Organization and id of the messages.
        day: The orders' day, where it is asked for.

    Returns:
        `LEFT_OUT`; orders that the messages touched are not among them.
    """
    journey = orders.run.scan("people", "contact_journey")
    if journey is None:
        return NOTHING_LEFT_OUT
    at = pl.col(J.occurred_at)
    touches = _list_touches(journey, orders).join(
        messages.lazy(), on=MESSAGE, how="semi", nulls_equal=True
    )
    bought = journey.filter(pl.col(J.kind) == JourneyKind.ORDER).select(*CONTACT, J.order_id, at)
    missed = (
        touches.filter(pl.col(J.channel).is_in(list(channels)))
        .select(*CONTACT, at.alias(TOUCHED_AT), J.is_machine)
        .join(bought, on=CONTACT, how="inner", validate="m:m")
        .filter(pl.col(TOUCHED_AT) <= at)
        .group_by(KEY)
        .agg(
            pl.col(TOUCHED_AT).max(),
            pl.col(J.is_machine).fill_null(value=False).all().alias(BY_MACHINES),
        )
        .join(orders.find_touched(messages, channels).select(KEY).unique(), on=KEY, how="anti")
        .collect()
    )
    own = orders.find_all(missed).filter(*have_values_of(day, day, pl.Date))
    named = own.join(missed, on=KEY, how="inner", validate="1:1")
    late = leave_out(named.filter(PricedOrders.is_conversion), ORDERS, _word())
    return pl.concat([orders.leave_out_void(own), late])


def _list_touches(journey: pl.LazyFrame, orders: OrderRows) -> pl.LazyFrame:
    """The steps of journeys that are touches, were they near enough to an order."""
    is_touch = may_touch(orders.run.config.attribution)
    is_mail = (pl.col(J.kind) == JourneyKind.SEND) & (pl.col(J.channel) == Channel.DIRECT_MAIL)
    return journey.filter(is_touch.fill_null(value=False) | is_mail)


def _word() -> pl.Expr:
    days = (pl.col(PricedOrders.credited_at) - pl.col(TOUCHED_AT)).dt.total_days()
    far = pl.format("outside the look-back or window: the touch lies {} days before it", days)
    machines = pl.lit("no touch: flagged as a machine's")
    before = pl.lit("it takes back an order from before the touch")
    is_before = pl.col(PricedOrders.credited_at) < pl.col(TOUCHED_AT)
    return pl.when(is_before).then(before).when(BY_MACHINES).then(machines).otherwise(far)
