"""Opens and clicks made by machines: flagged with the reason, never deleted (SOURCES §5)."""

import polars as pl

from contracts.feeds import Events
from contracts.reference.user_agents import CRAWLERS, GENERIC_USER_AGENT, PEOPLE
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

    An event is a machine's by its provider's own flag, or by a user agent that is exactly
    `Mozilla/5.0` or a known crawler's. A click is one, too, where both signs of haste are there:
    another link of the same send was clicked within 2 seconds, and the delivery was at most 5
    seconds before. One of them alone is told as a reason and flags nothing.

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
    clicks = (
        judged.filter(is_click())
        .pipe(_add_delivery, events, deliveries)
        .pipe(measure_gaps, [Events.org_id, SEND], AT, URL)
    )
    at_once, soon = is_at_once(), is_soon(AT, DELIVERED_AT)
    reasons = [
        pl.when(pl.col(Events.is_machine)).then(pl.lit(PROVIDER_FLAG)),
        pl.col("agent_reason"),
        pl.when(at_once).then(pl.lit(SEVERAL_LINKS)),
        pl.when(soon).then(pl.lit(SOON_AFTER_DELIVERY)),
    ]
    is_machine = pl.col(Events.is_machine) | pl.col("agent_reason").is_not_null() | (at_once & soon)
    reason = pl.concat_str(reasons, separator=",", ignore_nulls=True).replace("", None)
    return (
        pl.concat([judged.filter(~is_click()), clicks], how="diagonal")
        .with_columns(reason.alias(MACHINE_REASON), is_machine.fill_null(value=False))
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


def is_at_once() -> pl.Expr:
    """Whether another link of the send was clicked within two seconds (`measure_gaps`)."""
    return (pl.col("gap") <= SEVERAL_LINKS_SECONDS * 1_000_000).fill_null(value=False)


def is_soon(at: str, delivered_at: str) -> pl.Expr:
    """Whether a click came within five seconds of the delivery, not before it."""
    since = pl.col(at) - pl.col(delivered_at)
    within = since.is_between(pl.duration(), pl.duration(seconds=DELIVERY_SECONDS))
    return within.fill_null(value=False)


def measure_gaps(clicks: pl.LazyFrame, send: list[str], at: str, url: str) -> pl.LazyFrame:
    """Add `gap`: microseconds to the nearest click on another link of the same send.

    In the order of time, the nearest others of a click are those just before and just after the
    run of clicks on its own link.

    Args:
        clicks: One row per click.
        send: The columns that name its send.
        at: The column of its instant.
        url: The column of its link.
    """
    counts = pl.all_horizontal(pl.col(name).is_not_null() for name in (*send, url))
    micros = pl.col(at).dt.epoch("us")

    def nearest_other(step: int) -> pl.Expr:
        same_send = pl.all_horizontal(pl.col(name) == pl.col(name).shift(step) for name in send)
        same_link = same_send & (pl.col(url) == pl.col(url).shift(step))
        beyond = (
            pl.when(same_link.fill_null(value=False))
            .then(None)
            .when(same_send.fill_null(value=False))
            .then(micros.shift(step))
            .otherwise(-step * LONG)
        )
        return beyond.forward_fill() if step > 0 else beyond.backward_fill()

    gap = pl.min_horizontal(micros - nearest_other(1), nearest_other(-1) - micros)
    measured = clicks.filter(counts).sort(*send, at, url)
    return pl.concat(
        [clicks.filter(~counts), measured.with_columns(gap.alias("gap"))], how="diagonal"
    )
