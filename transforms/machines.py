"""Opens and clicks made by machines: flagged with the reason, never deleted (SOURCES §5)."""

import polars as pl

from contracts.feeds import Events
from contracts.user_agents import CRAWLERS, GENERIC_USER_AGENT, PEOPLE
from contracts.vocabulary import INTERACTIONS, Action

MACHINE_REASON = "machine_reason"
PROVIDER_FLAG = "provider_flag"
GENERIC_AGENT = "generic_user_agent"
CRAWLER_AGENT = "crawler_user_agent"
SEVERAL_LINKS = "several_links_at_once"
SOON_AFTER_DELIVERY = "click_soon_after_delivery"

SEVERAL_LINKS_SECONDS = 2
DELIVERY_SECONDS = 5
AT, SEND, URL = Events.occurred_at, Events.send_id, Events.url
CLICK_TYPES = [
    str(Action.CLICKED),
    *(name for name, (_, action) in INTERACTIONS.items() if action == Action.CLICKED),
]
DELIVERY_TYPES = [
    str(Action.DELIVERED),
    *(name for name, (_, action) in INTERACTIONS.items() if action == Action.DELIVERED),
]
DELIVERED_AT = "delivered_at"
LONG = 10**18
"""Microseconds: further away than any other click."""


def flag_machines(events: pl.LazyFrame, deliveries: pl.LazyFrame) -> pl.LazyFrame:
    """Flag what machines did, and say why.

    An event is a machine's by its provider's own flag; by a user agent that is exactly
    `Mozilla/5.0` or a known crawler's; a click also where another link of the same send was
    clicked within 2 seconds, or where it came within 5 seconds of the delivery.

    Complete for any split of the rows by organization and send.

    Args:
        events: canonical events; `send_id` is as far as known, `is_machine` the provider's flag.
        deliveries: `org_id, send_id, delivered_at`, as sends tell them; delivery events count too,
            and the first of a send is its delivery.

    Returns:
        The same rows, in no order: `is_machine` (never null) and `machine_reason`, the reasons
        separated by commas, null where there is none.
    """
    agents = events.select(Events.user_agent).drop_nulls().unique().with_columns(judge_user_agent())
    judged = events.join(agents, on=Events.user_agent, how="left", validate="m:1")
    clicks = judged.filter(is_click()).pipe(_add_delivery, events, deliveries).pipe(_measure_gaps)
    since_delivery = pl.col(AT) - pl.col(DELIVERED_AT)
    soon = since_delivery.is_between(pl.duration(), pl.duration(seconds=DELIVERY_SECONDS))
    reasons = [
        pl.when(pl.col(Events.is_machine)).then(pl.lit(PROVIDER_FLAG)),
        pl.col("agent_reason"),
        pl.when(pl.col("gap") <= SEVERAL_LINKS_SECONDS * 1_000_000).then(pl.lit(SEVERAL_LINKS)),
        pl.when(soon).then(pl.lit(SOON_AFTER_DELIVERY)),
    ]
    reason = pl.concat_str(reasons, separator=",", ignore_nulls=True).replace("", None)
    return (
        pl.concat([judged.filter(~is_click()), clicks], how="diagonal")
        .with_columns(reason.alias(MACHINE_REASON))
        .with_columns(pl.col(MACHINE_REASON).is_not_null().alias(Events.is_machine))
        .drop("agent_reason", DELIVERED_AT, "gap")
    )


def judge_user_agent() -> pl.Expr:
    """Tell why a user agent is a machine's, as `agent_reason`; null where it is not."""
    agent = pl.col(Events.user_agent).str.strip_chars()
    looks_like = agent.str.contains(f"(?i){'|'.join(CRAWLERS)}")
    is_persons = agent.str.contains(f"(?i){'|'.join(PEOPLE)}")
    return (
        pl.when(agent == GENERIC_USER_AGENT)
        .then(pl.lit(GENERIC_AGENT))
        .when(looks_like & ~is_persons)
        .then(pl.lit(CRAWLER_AGENT))
        .alias("agent_reason")
    )


def is_click() -> pl.Expr:
    """Whether an event is a click on a message."""
    return pl.col(Events.event_type).is_in(CLICK_TYPES)


def _add_delivery(
    clicks: pl.LazyFrame, events: pl.LazyFrame, deliveries: pl.LazyFrame
) -> pl.LazyFrame:
    """Add when the clicked send was delivered, where known."""
    send = [Events.org_id, SEND]
    told = events.filter(pl.col(Events.event_type).is_in(DELIVERY_TYPES)).select(
        *send, pl.col(AT).alias(DELIVERED_AT)
    )
    first = (
        pl.concat([deliveries.select(*send, DELIVERED_AT), told])
        .join(clicks.select(send), on=send, how="semi")
        .group_by(send)
        .agg(pl.col(DELIVERED_AT).min())
    )
    return clicks.join(first, on=send, how="left", validate="m:1")


def _measure_gaps(clicks: pl.LazyFrame) -> pl.LazyFrame:
    """Add `gap`: microseconds to the nearest click on another link of the same send.

    In the order of time, the nearest others of a click are those just before and just after the
    run of clicks on its own link.
    """
    counts = pl.col(SEND).is_not_null() & pl.col(URL).is_not_null()
    at = pl.col(AT).dt.epoch("us")
    gap = pl.min_horizontal(at - _nearest_other(1), _nearest_other(-1) - at)
    measured = clicks.filter(counts).sort(Events.org_id, SEND, AT, URL)
    return pl.concat(
        [clicks.filter(~counts), measured.with_columns(gap.alias("gap"))], how="diagonal"
    )


def _nearest_other(step: int) -> pl.Expr:
    """The time of the nearest click on another link, before (1) or after (-1) in sorted clicks."""
    same_send = (pl.col(Events.org_id) == pl.col(Events.org_id).shift(step)) & (
        pl.col(SEND) == pl.col(SEND).shift(step)
    ).fill_null(value=False)
    same_link = same_send & (pl.col(URL) == pl.col(URL).shift(step))
    beyond = (
        pl.when(same_link.fill_null(value=False))
        .then(None)
        .when(same_send)
        .then(pl.col(AT).dt.epoch("us").shift(step))
        .otherwise(-step * LONG)
    )
    return beyond.forward_fill() if step > 0 else beyond.backward_fill()
