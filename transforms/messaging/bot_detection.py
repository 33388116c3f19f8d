"""Opens and clicks made by machines: flagged with the reason, never deleted (SOURCES §5).

Here it is judged who is a machine: by the provider's flag, by a user agent, or by a click's haste
(`hasty_clicks`). The facts' key columns bear the first two signs from the reading of their file on
(`is_machine_agent`); whole events are judged with their reasons (`flag_machines`). A user agent is
judged once by a process.
"""

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.people.numbered_activities import HastyClicks
from contracts.feeds import Events
from transforms.common.joins import look_up
from transforms.common.machine_agents import is_crawler, is_generic

MACHINE_REASON = "machine_reason"
PROVIDER_FLAG = "provider_flag"
GENERIC_AGENT = "generic_user_agent"
CRAWLER_AGENT = "crawler_user_agent"
SEVERAL_LINKS = "several_links_at_once"
SOON_AFTER_DELIVERY = "click_soon_after_delivery"
FOUND = "found"
MOST_JUDGED = 50_000
NO_MACHINE = ""
_judged: dict[str, str] = {}
"""User agents that were judged before, and why each is a machine's: the patterns take half a
millisecond for each."""


def flag_machines(events: Rows[Events], hasty: Held[HastyClicks]) -> pl.LazyFrame:
    """Flag what machines did, and say why.

    An event is a machine's by its provider's own flag, or by a user agent that is exactly
    `Mozilla/5.0` or a known crawler's. A click is one, too, where both signs of haste are there:
    another link of the same send was clicked within 2 seconds, and the delivery was at most 5
    seconds before. One of them alone is given as a reason and flags nothing.

    Args:
        events: With their `event_row`; `is_machine` is the provider's flag.

    Returns:
        The same rows in the same order: `is_machine` (never null) and `machine_reason`, the reasons
        separated by commas, null where there is none.
    """
    of_agent = explain_agent(pl.col(Events.user_agent))
    signs = {
        PROVIDER_FLAG: pl.col(Events.is_machine),
        GENERIC_AGENT: of_agent == GENERIC_AGENT,
        CRAWLER_AGENT: of_agent == CRAWLER_AGENT,
        SEVERAL_LINKS: look_up(hasty, HastyClicks.event_row, HastyClicks.at_once),
        SOON_AFTER_DELIVERY: look_up(hasty, HastyClicks.event_row, HastyClicks.soon),
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


def is_machine_agent(user_agent: pl.Expr) -> pl.Expr:
    """Whether a user agent is a machine's; where there is none it is not."""
    return explain_agent(user_agent).is_not_null()


def explain_agent(user_agent: pl.Expr) -> pl.Expr:
    """Why a user agent is a machine's; null where it is not, or where there is none."""
    return user_agent.map_batches(_find_reasons, return_dtype=pl.String, is_elementwise=True)


def _find_reasons(agents: pl.Series) -> pl.Series:
    reasons = {agent: _judged.get(agent) for agent in agents.drop_nulls().unique()}
    if unknown := [agent for agent, reason in reasons.items() if reason is None]:
        found = pl.DataFrame({Events.user_agent: unknown}).select(_judge(pl.col(Events.user_agent)))
        reasons.update(zip(unknown, found.to_series(), strict=True))
        if len(_judged) > MOST_JUDGED:
            _judged.clear()
        _judged.update(reasons)
    machines = {agent: reason for agent, reason in reasons.items() if reason != NO_MACHINE}
    return agents.replace_strict(machines, default=None, return_dtype=pl.String)


def _judge(agent: pl.Expr) -> pl.Expr:
    return (
        pl.when(is_generic(agent))
        .then(pl.lit(GENERIC_AGENT))
        .when(is_crawler(agent))
        .then(pl.lit(CRAWLER_AGENT))
        .otherwise(pl.lit(NO_MACHINE))
    )
