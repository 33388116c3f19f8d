"""Which row of a feed carries what is counted of a send (SPEC §6.1, §11).

A send is a row of a sends feed, or events that show it. What is counted of it is carried by the row
that says so: a delivery by the send's row or by its delivery event, a first open by that event.
"""

import polars as pl

from contracts.facts.key_types import ACTION_CODES
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import CountedEvents, SendFacts
from contracts.vocabulary import Action
from transforms.explain.row_places import BECAUSE, ROW_PLACE, TABLE
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, SOFT

UNIT, ACTION, STATUS = CountedEvents.unit_key, CountedEvents.action_code, SendFacts.status_code
AT, BOUNCE, IS_MACHINE = (
    CountedEvents.occurred_at,
    CountedEvents.bounce_code,
    CountedEvents.is_machine,
)
RANK, IS_CHOSEN, TIMES = "rank", "is chosen", "times"
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
EVERY = {Counts.opens: Action.OPENED, Counts.clicks: Action.CLICKED}
"""Count of events -> their action."""
OF_STATUS = {Counts.delivered: DELIVERED, Counts.failed: FAILED, Counts.bounced: BOUNCED}
OF_BOUNCE = {Counts.hard_bounces: HARD, Counts.soft_bounces: SOFT}
PROVING = {
    Counts.delivered: (Action.DELIVERED, Action.OPENED, Action.CLICKED),
    Counts.failed: (Action.FAILED, Action.DROPPED),
}
"""Count -> the actions that prove it, the best first."""
LAST_RANK = 9


def choose_carriers(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The one row of each send that carries what a column counts of it.

    Args:
        rows: One row per row of a feed that belongs to a send: its `unit_key`, `row_place`,
            `action_code` (null of a send's own row), `status_code`, `bounce_code`, `is_machine`,
            `occurred_at`.
        column: A column of `Counts`.

    Returns:
        One row per send.
    """
    return (
        rows.with_columns(_rank(column).alias(RANK))
        .filter(pl.col(RANK) <= LAST_RANK)
        .sort(UNIT, RANK, AT, ROW_PLACE, nulls_last=True)
        .unique(UNIT, keep="first", maintain_order=True)
    )


def list_passed_over(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The events of sends that a column of `UNIQUE` or `EVERY` does not count, and why.

    Args:
        rows: As of `choose_carriers`.
        column: The column.

    Returns:
        Their `row_place`, `table` and `because`.
    """
    action = UNIQUE[column]
    chosen = choose_carriers(rows, column).select(UNIT, ROW_PLACE, pl.lit(1).alias(IS_CHOSEN))
    is_machine = pl.col(IS_MACHINE) if column in HUMAN else pl.lit(value=False)
    return (
        rows.filter(pl.col(ACTION) == ACTION_CODES[action])
        .join(chosen, on=[UNIT, ROW_PLACE], how="anti")
        .select(
            ROW_PLACE,
            TABLE,
            pl.when(is_machine)
            .then(pl.lit("flagged as a machine's"))
            .otherwise(pl.lit(f"its send has an earlier event `{action}`, which counts once"))
            .alias(BECAUSE),
        )
    )


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
