"""Opens and clicks made by machines: flagged with the reason, never deleted (SOURCES §5).

Here alone it is judged who is a machine: by the provider's flag, by a user agent, or by a click's
haste. Whole events are judged with their reasons (`flag_machines`), the facts' key columns by
haste alone, since they bear the other signs already (`flag_hasty_clicks`).
"""

import polars as pl

from contracts.columns import columns
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.send_facts import ChannelSends, CountedEvents
from contracts.facts.people.numbered_activities import Clicks, HastyClicks, MachineAgents
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action
from transforms.common.joins import HELD, STREAMED, look_up
from transforms.common.machine_agents import is_crawler, is_generic

MACHINE_REASON = "machine_reason"
AGENT_REASON = MachineAgents.agent_reason
PROVIDER_FLAG = "provider_flag"
GENERIC_AGENT = "generic_user_agent"
CRAWLER_AGENT = "crawler_user_agent"
SEVERAL_LINKS = "several_links_at_once"
SOON_AFTER_DELIVERY = "click_soon_after_delivery"

SEVERAL_LINKS_SECONDS = 2
DELIVERY_SECONDS = 5
FIRST_DELIVERY, FOUND = "first delivery", "found"
AT_ONCE, SOON = HastyClicks.at_once, HastyClicks.soon
MOST_JUDGED = 50_000
_judged: dict[str, bool | None] = {}
"""User agents that were judged before: the patterns take half a millisecond for each."""
LONG = 10**18
"""Microseconds: further away than any other click."""


def select_clicks(events: pl.LazyFrame) -> pl.LazyFrame:
    """Select the clicks on links of known sends (`Clicks`), in which haste is looked for.

    Args:
        events: Canonical events with their `event_row` and the `unit_key` of their send, or of
            message and contact where they name none.
    """
    return events.filter(is_type_of(Action.CLICKED), pl.col(Clicks.unit_key).is_not_null()).select(
        Clicks.event_row,
        Clicks.unit_key,
        Clicks.occurred_at,
        pl.when(pl.col(Events.url).is_not_null())
        .then(pl.col(Events.url).hash())
        .alias(Clicks.link_key),
    )


def select_deliveries(events: pl.LazyFrame) -> pl.LazyFrame:
    """Select what events tell of deliveries, by the `unit_key` of their send (`Deliveries`)."""
    return events.filter(is_type_of(Action.DELIVERED)).select(
        Clicks.unit_key, pl.col(Events.occurred_at).alias(Sends.delivered_at)
    )


def find_hasty_clicks(clicks: pl.LazyFrame, deliveries: pl.LazyFrame) -> pl.LazyFrame:
    """Find the clicks that bear a sign of haste.

    Complete for any split of the rows by unit.

    Args:
        clicks: `Clicks`.
        deliveries: `unit_key` and `delivered_at`, as sends state them and events of delivery tell;
            the first of a unit is its delivery.

    Returns:
        `HastyClicks`, in no order.
    """
    unit, at = [Clicks.unit_key], Clicks.occurred_at
    return (
        clicks.pipe(add_at_once, unit, at, Clicks.link_key)
        .pipe(add_soon, deliveries, unit, at)
        .filter(pl.col(AT_ONCE) | pl.col(SOON))
        .select(columns(HastyClicks))
    )


def list_soon_units(clicks: pl.LazyFrame, deliveries: pl.LazyFrame) -> pl.LazyFrame:
    """The units of which any click came soon after any delivery, in any number.

    Of few units what `find_hasty_clicks` has to know of deliveries.

    Args:
        clicks: `Clicks`, held.
        deliveries: `unit_key` and `delivered_at`, of any number of rows.
    """
    is_soon = _is_soon(pl.col(Clicks.occurred_at) - pl.col(Sends.delivered_at))
    return (
        deliveries.join(
            clicks.select(Clicks.unit_key, Clicks.occurred_at),
            on=Clicks.unit_key,
            how="inner",
            validate=STREAMED,
            build_side=HELD,
        )
        .filter(is_soon)
        .select(Clicks.unit_key)
    )


def judge_agents(agents: pl.LazyFrame) -> pl.LazyFrame:
    """The user agents that are machines' (`MachineAgents`), of distinct ones."""
    return agents.with_columns(judge_user_agent()).filter(pl.col(AGENT_REASON).is_not_null())


def flag_machines(events: pl.LazyFrame, agents: pl.DataFrame, hasty: pl.DataFrame) -> pl.LazyFrame:
    """Flag what machines did, and say why.

    An event is a machine's by its provider's own flag, or by a user agent that is exactly
    `Mozilla/5.0` or a known crawler's. A click is one, too, where both signs of haste are there:
    another link of the same send was clicked within 2 seconds, and the delivery was at most 5
    seconds before. One of them alone is given as a reason and flags nothing.

    Args:
        events: Canonical events with their `event_row`; `is_machine` is the provider's flag.
        agents: `MachineAgents`.
        hasty: `HastyClicks`.

    Returns:
        The same rows in the same order: `is_machine` (never null) and `machine_reason`, the reasons
        separated by commas, null where there is none.
    """
    of_agent = look_up(agents, MachineAgents.user_agent, AGENT_REASON)
    signs = {
        PROVIDER_FLAG: pl.col(Events.is_machine),
        GENERIC_AGENT: of_agent == GENERIC_AGENT,
        CRAWLER_AGENT: of_agent == CRAWLER_AGENT,
        SEVERAL_LINKS: look_up(hasty, HastyClicks.event_row, AT_ONCE),
        SOON_AFTER_DELIVERY: look_up(hasty, HastyClicks.event_row, SOON),
    }
    bits = {reason: 1 << place for place, reason in enumerate(signs)}
    found = pl.sum_horizontal(
        sign.fill_null(value=False) * pl.lit(bits[reason], pl.UInt8)
        for reason, sign in signs.items()
    ).cast(pl.UInt8)
    reasons = {
        code: ",".join(reason for reason, bit in bits.items() if code & bit)
        for code in range(1, 1 << len(bits))
    }
    hasty_alone = [bits[SEVERAL_LINKS], bits[SOON_AFTER_DELIVERY]]
    return (
        events.with_columns(found.alias(FOUND))
        .with_columns(
            pl.col(FOUND)
            .replace_strict(reasons, default=None, return_dtype=pl.String)
            .alias(MACHINE_REASON),
            (~pl.col(FOUND).is_in([0, *hasty_alone])).alias(Events.is_machine),
        )
        .drop(FOUND)
    )


def flag_hasty_clicks(events: pl.LazyFrame, sends: pl.LazyFrame) -> pl.LazyFrame:
    """Flag the clicks that bear both signs of haste.

    Args:
        events: `CountedEvents` of a group of buckets.
        sends: The `unit_key` and `delivered_at` of the group's sends.

    Returns:
        The same events, in no order.
    """
    unit, at = CountedEvents.unit_key, CountedEvents.occurred_at
    action = pl.col(CountedEvents.action_code)
    is_click = action == ACTION_CODES[Action.CLICKED]
    by_event = events.filter(action == ACTION_CODES[Action.DELIVERED]).select(
        unit, pl.col(at).alias(ChannelSends.delivered_at)
    )
    deliveries = pl.concat([by_event, sends.select(unit, ChannelSends.delivered_at)])
    clicks = events.filter(is_click).pipe(add_at_once, [unit], at, CountedEvents.link_key)
    calm = clicks.filter(~pl.col(AT_ONCE))
    is_machine = pl.col(CountedEvents.is_machine) | pl.col(SOON)
    hasty = (
        clicks.filter(AT_ONCE)
        .pipe(add_soon, deliveries, [unit], at)
        .with_columns(is_machine.alias(CountedEvents.is_machine))
        .drop(SOON)
    )
    return pl.concat([events.filter(~is_click), calm.drop(AT_ONCE), hasty.drop(AT_ONCE)])


def judge_user_agent() -> pl.Expr:
    """Why a user agent is a machine's, as `agent_reason`; null where it is not."""
    agent = pl.col(Events.user_agent)
    return (
        pl.when(is_generic(agent))
        .then(pl.lit(GENERIC_AGENT))
        .when(is_crawler(agent))
        .then(pl.lit(CRAWLER_AGENT))
        .alias(AGENT_REASON)
    )


def is_machine_agent(user_agent: pl.Expr) -> pl.Expr:
    """Whether a user agent is a machine's; null where there is none."""
    return user_agent.map_batches(_find_machines, return_dtype=pl.Boolean, is_elementwise=True)


def _find_machines(agents: pl.Series) -> pl.Series:
    distinct = agents.drop_nulls().unique()
    judged = {agent: _judged.get(agent) for agent in distinct}
    if unknown := [agent for agent, is_machine in judged.items() if is_machine is None]:
        found = pl.DataFrame({Events.user_agent: unknown}).select(judge_user_agent())
        judged.update(zip(unknown, found.to_series().is_not_null(), strict=True))
        if len(_judged) > MOST_JUDGED:
            _judged.clear()
        _judged.update(judged)
    machines = [agent for agent, is_machine in judged.items() if is_machine]
    return agents.is_in(machines)


def is_type_of(action: Action) -> pl.Expr:
    """Whether an event's type is an action, of whatever channel or bare."""
    event_type = pl.col(Events.event_type)
    return (event_type == str(action)) | event_type.str.ends_with(f"_{action}")


def add_soon(
    clicks: pl.LazyFrame, deliveries: pl.LazyFrame, send: list[str], at: str
) -> pl.LazyFrame:
    """Add whether clicks came at most 5 seconds after the delivery, not before it, as `soon`.

    Args:
        clicks: One row per click.
        deliveries: The send and its `delivered_at`; the first of a send is its delivery.
        send: The columns that name a send.
        at: The column of a click's instant.

    Returns:
        The same rows, in no order; `soon` is never null.
    """
    first = (
        deliveries.join(clicks.select(send), on=send, how="semi")
        .group_by(send)
        .agg(pl.col(Sends.delivered_at).min().alias(FIRST_DELIVERY))
    )
    since = pl.col(at) - pl.col(FIRST_DELIVERY)
    return (
        clicks.join(first, on=send, how="left", validate="m:1")
        .with_columns(_is_soon(since).fill_null(value=False).alias(SOON))
        .drop(FIRST_DELIVERY)
    )


def _is_soon(since: pl.Expr) -> pl.Expr:
    """Whether so much time after a delivery is soon."""
    return since.is_between(pl.duration(), pl.duration(seconds=DELIVERY_SECONDS))


def add_at_once(clicks: pl.LazyFrame, send: list[str], at: str, link: str) -> pl.LazyFrame:
    """Add whether another link of the same send was clicked within two seconds, as `at_once`.

    In the order of time, the nearest others of a click are those just before and just after the
    run of clicks on its own link.

    Args:
        clicks: One row per click.
        send: The columns that name a send.
        at: The column of a click's instant.
        link: The column of its link.

    Returns:
        The same rows, in no order; `at_once` is never null.
    """
    is_known = pl.all_horizontal(pl.col(name).is_not_null() for name in (*send, link))
    micros = pl.col(at).dt.epoch("us")

    def nearest_other(step: int) -> pl.Expr:
        same_send = pl.all_horizontal(pl.col(name) == pl.col(name).shift(step) for name in send)
        same_link = same_send & (pl.col(link) == pl.col(link).shift(step))
        beyond = (
            pl.when(same_link.fill_null(value=False))
            .then(None)
            .when(same_send.fill_null(value=False))
            .then(micros.shift(step))
            .otherwise(-step * LONG)
        )
        return beyond.forward_fill() if step > 0 else beyond.backward_fill()

    gap = pl.min_horizontal(micros - nearest_other(1), nearest_other(-1) - micros)
    is_near = (gap <= SEVERAL_LINKS_SECONDS * 1_000_000).fill_null(value=False).alias(AT_ONCE)
    measured = clicks.filter(is_known).sort(*send, at, link).with_columns(is_near)
    unmeasured = clicks.filter(~is_known).with_columns(pl.lit(value=False).alias(AT_ONCE))
    return pl.concat([unmeasured, measured])
