"""What happened to each contact, in order (SPEC §6.4)."""

import polars as pl

from contracts.columns import key, polars_schema
from contracts.facts.activities import ContactSends, ContactSessions
from contracts.facts.order_facts import PricedOrders
from contracts.reports.journeys import ContactJourney
from contracts.vocabulary import Channel
from transforms.common.instants import start_of_day

SCHEMA = polars_schema(ContactJourney)
KEY = key(ContactJourney)


def build_journey(
    sends: pl.LazyFrame,
    events: pl.LazyFrame,
    sessions: pl.LazyFrame,
    orders: pl.LazyFrame,
    timezone: str,
) -> pl.LazyFrame:
    """Set out every send, event, session and order of each contact in the order of time.

    Complete for any split of the rows by organization and contact. A send stands at its sending,
    direct mail that does not tell it at the start of its attribution window; sends of which nothing
    says when have no time and come first. Hold-outs were not sent, and rows without a contact are
    nobody's: neither is here.

    Args:
        sends: `ContactSends`.
        events: `MessageEvents`, contacts filled in.
        sessions: `ContactSessions`, contacts filled in.
        orders: `PricedOrders`, contacts filled in; those that do not count bring 0.
        timezone: the reporting time zone, in which attribution windows begin.

    Returns:
        `ContactJourney`, sorted by its key. Where rows of several kinds share an id at one
        instant, the kinds after the first (in the order of their names) follow it in brackets.
    """
    happened = pl.concat(
        [
            _set_out_sends(sends, timezone),
            _set_out_events(events),
            _set_out_sessions(sessions),
            _set_out_orders(orders),
        ]
    )
    is_taken = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in KEY)
    distinct_id = pl.format("{} ({})", ContactJourney.event_id, ContactJourney.kind)
    return (
        happened.filter(pl.col(ContactJourney.contact_id).is_not_null())
        .sort(*KEY, ContactJourney.kind)
        .with_columns(
            pl.when(is_taken)
            .then(distinct_id)
            .otherwise(ContactJourney.event_id)
            .alias(ContactJourney.event_id)
        )
    )


def _set_out_sends(sends: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Sends but for those held out, and those that stand as the event that shows them."""
    window = start_of_day(pl.col(ContactSends.window_start), timezone)
    return sends.filter(
        ~pl.col(ContactSends.is_holdout).fill_null(value=False),
        ~pl.col(ContactSends.is_of_event).fill_null(value=False),
    ).pipe(
        _shape,
        "send",
        occurred_at=pl.coalesce(ContactSends.sent_at, window),
        event_id=pl.col(ContactSends.send_id),
    )


def _set_out_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """Events of every type, those of machines too."""
    return events.pipe(_shape, "event")


def _set_out_sessions(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions with the ad that they came from."""
    has_ad = (
        pl.col(ContactSessions.campaign_id).is_not_null()
        | pl.col(ContactSessions.ad_id).is_not_null()
    )
    channel = pl.when(has_ad).then(pl.lit(Channel.ADS)).otherwise(pl.lit(Channel.WEB))
    return sessions.pipe(
        _shape,
        "session",
        occurred_at=pl.col(ContactSessions.started_at),
        event_id=pl.col(ContactSessions.session_id),
        channel=channel,
        url=pl.col(ContactSessions.landing_url),
    )


def _set_out_orders(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Orders with what they brought."""
    brought = pl.when(PricedOrders.is_conversion).then(PricedOrders.revenue)
    return orders.pipe(
        _shape,
        "order",
        occurred_at=pl.col(PricedOrders.ordered_at),
        event_id=pl.col(PricedOrders.order_id),
        revenue=brought.otherwise(pl.lit(0, SCHEMA[ContactJourney.revenue])),
    )


def _shape(frame: pl.LazyFrame, kind: str, **given: pl.Expr) -> pl.LazyFrame:
    """Bring a frame into the columns of a journey, those that it lacks being empty."""
    present = set(frame.collect_schema())
    given = given | {ContactJourney.kind: pl.lit(kind)}
    return frame.select(
        given[name].alias(name)
        if name in given
        else pl.col(name)
        if name in present
        else pl.lit(None, dtype).alias(name)
        for name, dtype in SCHEMA.items()
    )
