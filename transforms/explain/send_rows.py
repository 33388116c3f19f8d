"""Which row of a feed carries what is counted of a send (SPEC §6.1, §11).

A send is a row of a sends feed, or events that show it. What is counted of it is carried by the row
that says so: a delivery by the send's row or by its delivery event, a first open by that event.
"""

import polars as pl

from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import CountedEvents, SendFacts
from contracts.vocabulary import Action
from transforms.explain.row_places import BECAUSE, ROW_PLACE
from transforms.messaging.daily_sums import EVERY_TIME
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, SOFT

UNIT, ACTION, STATUS = CountedEvents.unit_key, CountedEvents.action_code, SendFacts.status_code
AT, BOUNCE, IS_MACHINE = (
    CountedEvents.occurred_at,
    CountedEvents.bounce_code,
    CountedEvents.is_machine,
)
RANK, IS_CHOSEN = "rank", "is chosen"
UNIQUE = {
    Counts.unique_opens: Action.OPENED,
    Counts.human_unique_opens: Action.OPENED,
    Counts.unique_clicks: Action.CLICKED,
    Counts.human_unique_clicks: Action.CLICKED,
    Counts.unsubscribes: Action.UNSUBSCRIBED,
    Counts.complaints: Action.COMPLAINED,
    Counts.replies: Action.REPLIED,
}
"""Count of sends with at least one event -> the event's action."""
HUMAN = (Counts.human_unique_opens, Counts.human_unique_clicks)
OF_STATUS = {Counts.delivered: DELIVERED, Counts.failed: FAILED, Counts.bounced: BOUNCED}
OF_BOUNCE = {Counts.hard_bounces: HARD, Counts.soft_bounces: SOFT}
PROVING = {
    Counts.delivered: (Action.DELIVERED, Action.OPENED, Action.CLICKED),
    Counts.failed: (Action.FAILED, Action.DROPPED),
}
"""Count -> the actions that prove it, the best first."""
LAST_RANK = 9
STATE, HELD_OUT = "state", "held out"
OF_KINDS = (Counts.other_bounces, *OF_BOUNCE)
SAYING = {
    Counts.sends: (Action.SENT,),
    Counts.sent: (Action.SENT,),
    Counts.delivered: (Action.DELIVERED,),
    Counts.failed: PROVING[Counts.failed],
    **dict.fromkeys((Counts.bounced, *OF_KINDS), (Action.BOUNCED,)),
}
"""Count of sends by their status -> the actions that say so."""
OF_ROWS = (*SAYING, Counts.queued)
"""The counts that a send's own row may carry."""


def choose_carriers(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The one row of each send that carries what a column counts of it.

    Args:
        rows: One row per row of a feed that belongs to a send: its `unit_key`, `row_place`,
            `action_code` (null of a send's own row), `status_code`, `bounce_code`, `is_machine`,
            `occurred_at`.

    Returns:
        One row per send.
    """
    return (
        rows.with_columns(_rank(column).alias(RANK))
        .filter(pl.col(RANK) <= LAST_RANK)
        .sort(UNIT, RANK, AT, ROW_PLACE, nulls_last=True)
        .unique(UNIT, keep="first", maintain_order=True)
    )


def list_passed_over(
    rows: pl.LazyFrame, column: str, counted: pl.LazyFrame, states: pl.LazyFrame
) -> pl.LazyFrame:
    """The rows of sends that a column does not count, though they say what it counts, and why.

    Args:
        rows: As of `choose_carriers`.
        counted: The `unit_key` of the sends that the column counts.
        states: `unit_key` and `state` of every send: its final status, or `HELD_OUT`.

    Returns:
        The same rows with `because`: of a send that is counted by another row, or not at all. Of
        opens and clicks, which each count, those of hold-outs.
    """
    asked = pl.col(ACTION).is_in([ACTION_CODES[action] for action in list_actions(column)])
    is_row = pl.col(ACTION).is_null()
    if column in (Counts.sends, Counts.delivered):
        asked |= is_row
    if column in OF_KINDS:
        asked |= is_row & (pl.col(STATE) == Counts.bounced)
    if column in EVERY_TIME:
        asked &= pl.col(STATE) == HELD_OUT
    units = counted.select(UNIT).unique()
    chosen = choose_carriers(rows.join(units, on=UNIT, how="semi"), column)
    is_counted = units.with_columns(pl.lit(value=True).alias(IS_CHOSEN))
    return (
        rows.join(chosen.select(UNIT, ROW_PLACE), on=[UNIT, ROW_PLACE], how="anti")
        .join(is_counted, on=UNIT, how="left", validate="m:1")
        .join(states, on=UNIT, how="left", validate="m:1")
        .filter(asked.fill_null(value=False))
        .with_columns(_word_exclusion(column).alias(BECAUSE))
    )


def list_actions(column: str) -> tuple[Action, ...]:
    """The actions of events that say what a column of `Counts` counts."""
    named = UNIQUE.get(column) or EVERY_TIME.get(column)
    return (named,) if named else SAYING.get(column, ())


def _word_exclusion(column: str) -> pl.Expr:
    is_machine = pl.col(IS_MACHINE) if column in HUMAN else pl.lit(value=False)
    apart = (
        pl.when(pl.col(STATE) == HELD_OUT)
        .then(pl.lit("its contact was held out: never sent"))
        .when(is_machine)
        .then(pl.lit("flagged as a machine's"))
    )
    if column in UNIQUE:
        earlier = f"its send has an earlier event `{UNIQUE[column]}`, which counts once"
        return apart.otherwise(pl.lit(earlier))
    is_other = (pl.col(STATE) == Counts.bounced) & pl.lit(column in OF_KINDS)
    kind = pl.lit("the bounce of its send is of another kind")
    elsewise = pl.when(is_other).then(kind).otherwise(pl.format("its send is {}", STATE))
    by_another = pl.lit("its send counts once, by another row")
    return apart.when(IS_CHOSEN).then(by_another).otherwise(elsewise)


def _rank(column: str) -> pl.Expr:
    """How well a row carries a column of its send; above LAST_RANK not at all."""
    action, is_row = pl.col(ACTION), pl.col(ACTION).is_null()
    if column in UNIQUE:
        carries = action == ACTION_CODES[UNIQUE[column]]
        if column in HUMAN:
            carries &= ~pl.col(IS_MACHINE)
        return pl.when(carries).then(0).otherwise(LAST_RANK + 1)
    if column in OF_BOUNCE:
        bounce = (action == ACTION_CODES[Action.BOUNCED]) & (pl.col(BOUNCE) == OF_BOUNCE[column])
        return pl.when(bounce).then(0).when(is_row).then(1).otherwise(2)
    if column in (Counts.bounced, Counts.other_bounces):
        bounce = action == ACTION_CODES[Action.BOUNCED]
        says = is_row & (pl.col(STATUS) == BOUNCED)
        return pl.when(says).then(0).when(bounce).then(1).when(is_row).then(2).otherwise(3)
    if column in PROVING:
        says = is_row & (pl.col(STATUS) == OF_STATUS[column])
        rank = pl.when(says).then(0)
        for place, proof in enumerate(PROVING[column], start=1):
            rank = rank.when(action == ACTION_CODES[proof]).then(place)
        return rank.when(is_row).then(LAST_RANK - 1).otherwise(LAST_RANK)
    return (
        pl.when(is_row)
        .then(0)
        .when(action == ACTION_CODES[Action.SENT])
        .then(1)
        .when(action == ACTION_CODES[Action.DELIVERED])
        .then(2)
        .otherwise(3)
    )


def word_reason(column: str) -> pl.Expr:
    """Why a row counts: what it is, and what makes it its send's."""
    link = (
        pl.when(pl.col(CountedEvents.names_send))
        .then(pl.lit("names its send by id"))
        .when(pl.col(CountedEvents.has_row))
        .then(
            pl.lit(
                "names message and contact, and belongs to the contact's last send of that "
                "message before it, or to the first"
            )
        )
        .otherwise(pl.lit("is of a send that no feed has a row of and its events show"))
    )
    names = {code: str(action) for action, code in ACTION_CODES.items()}
    event = pl.format(
        "{} event: it {}",
        pl.col(ACTION).replace_strict(names, default="an", return_dtype=pl.String),
        link,
    )
    row = pl.lit(_STATED.get(column, "the row of a send"))
    return pl.when(pl.col(ACTION).is_null()).then(row).otherwise(event)


_STATED = {
    Counts.delivered: "the row of a send that counts as delivered: by its status or delivered_at, "
    "or, where its feed has no receipts at all, because it was sent and nothing contradicts it",
    Counts.bounced: "the row of a send whose final status is bounced",
    Counts.failed: "the row of a send whose final status is failed",
    Counts.queued: "the row of a send whose final status is queued",
    Counts.sent: "the row of a send whose final status is sent",
    Counts.holdout: "the row of a contact held out: never sent",
}
