"""Whose a device was, and when: anonymous ids to contacts (SPEC §6.4).

A row that bears both ids is evidence. The stretch of a contact begins at the first evidence of
theirs, or at the start of the session that it lies in; the first of a device begins earlier still,
by the window that the configuration gives. It lasts until the stretch of the next contact begins.
Evidence of one instant stands in the order of contact, then of what shows it.
"""

from collections.abc import Sequence

import polars as pl

from contracts.columns import columns
from contracts.feeds import Events, Orders, PageViews, Sessions
from contracts.reports.journeys import IdentityLinks
from transforms.common.instants import microseconds
from transforms.common.joins import HELD, STREAMED

AT, SOURCE = "at", IdentityLinks.how
ORG_ID, ANONYMOUS_ID, CONTACT_ID = (
    IdentityLinks.org_id,
    IdentityLinks.anonymous_id,
    IdentityLinks.contact_id,
)
DEVICE = [ORG_ID, ANONYMOUS_ID]
LAST_OF_PREVIOUS = "last_of_previous"
LINKED_FROM, LINKED_UNTIL = IdentityLinks.linked_from, IdentityLinks.linked_until
STRETCHES, LINKED, ROW = "stretches", " by link", "row"
TICK = pl.duration(microseconds=1)


def link_identities(
    sessions: pl.LazyFrame,
    page_views: pl.LazyFrame,
    events: pl.LazyFrame,
    orders: pl.LazyFrame,
    backward_days: float,
) -> pl.LazyFrame:
    """Find out whose each device was, and when.

    Complete for any split of the rows by organization and anonymous id.

    Args:
        sessions: canonical sessions.
        page_views: canonical page views.
        events: canonical events.
        orders: canonical orders.
        backward_days: how long before its first evidence a device was already its contact's.

    Returns:
        `IdentityLinks`, sorted by its key; the stretches of a device do not overlap.
    """
    evidence = pl.concat(
        [
            _select_evidence(sessions, Sessions.started_at, "session"),
            _select_evidence(page_views, PageViews.viewed_at, "page_view"),
            _select_evidence(events, Events.occurred_at, "event"),
            _select_evidence(orders, Orders.ordered_at, "order"),
        ]
    )
    backward = pl.duration(microseconds=microseconds(backward_days))
    starts = _find_changes(evidence).pipe(_widen_to_sessions, sessions)
    since = (
        pl.when(pl.col(LAST_OF_PREVIOUS).is_null())
        .then(pl.min_horizontal("session_from", pl.col(AT) - backward))
        .otherwise(pl.max_horizontal("session_from", pl.col(LAST_OF_PREVIOUS) + TICK))
    )
    is_followed = _same_device(-1)
    return (
        starts.with_columns(since.alias(LINKED_FROM))
        .sort(*DEVICE, AT, CONTACT_ID)
        .with_columns(pl.when(is_followed).then(pl.col(LINKED_FROM).shift(-1)).alias(LINKED_UNTIL))
        .filter(pl.col(LINKED_UNTIL).is_null() | (pl.col(LINKED_UNTIL) > pl.col(LINKED_FROM)))
        .select(columns(IdentityLinks))
        .sort(*DEVICE, LINKED_FROM)
    )


def fill_contacts(
    rows: pl.LazyFrame, links: pl.LazyFrame, at: str, contact: Sequence[str] = (CONTACT_ID,)
) -> pl.LazyFrame:
    """Give rows of a device without a contact the contact whose the device was then.

    Args:
        rows: sessions, events, page views or orders; any with organization and device.
        links: `IdentityLinks`, with the columns that name a contact.
        at: the column of the rows' instant.
        contact: the columns of rows and links that name a contact, null together.

    Returns:
        The same rows in no order, their contact filled in where a link holds.
    """
    is_open = pl.col(contact[0]).is_null() & pl.col(ANONYMOUS_ID).is_not_null()
    names = rows.collect_schema().names()
    of_device = links.group_by(DEVICE).agg(
        pl.len().alias(STRETCHES),
        pl.col(*contact).first().name.suffix(LINKED),
        pl.col(LINKED_FROM, LINKED_UNTIL).first(),
    )
    until = pl.col(LINKED_UNTIL)
    holds = until.is_null() | (pl.col(at) < until)
    is_linked = is_open & (pl.col(at) >= pl.col(LINKED_FROM)) & holds
    # Most devices were one contact's alone: only the rows of the others are held and sorted.
    joined = rows.join(of_device, on=DEVICE, how="left", validate=STREAMED, build_side=HELD)
    has_several = (is_open & (pl.col(STRETCHES) > 1)).fill_null(value=False)
    of_one = joined.filter(~has_several).with_columns(
        pl.when(is_linked).then(name + LINKED).otherwise(name).alias(name) for name in contact
    )
    of_several = (
        joined.filter(has_several)
        .select(name for name in names if name not in contact)
        .sort(at)
        .join_asof(
            links.select(*DEVICE, *contact, LINKED_FROM, LINKED_UNTIL).sort(LINKED_FROM),
            left_on=at,
            right_on=LINKED_FROM,
            by=DEVICE,
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.when(holds).then(name).alias(name) for name in contact)
    )
    return pl.concat([of_one.select(names), of_several.select(names)])


def fill_in_order(rows: pl.LazyFrame, links: pl.LazyFrame, at: str, contact: str) -> pl.LazyFrame:
    """Fill contacts as `fill_contacts` does, of rows in memory that keep their order."""
    is_open = pl.col(contact).is_null() & pl.col(ANONYMOUS_ID).is_not_null()
    numbered = rows.with_row_index(ROW)
    found = fill_contacts(numbered.filter(is_open), links, at, (contact,))
    return (
        numbered.join(
            found.select(ROW, pl.col(contact).alias(LINKED)),
            on=ROW,
            how="left",
            validate="1:1",
            maintain_order="left",
        )
        .with_columns(pl.coalesce(contact, LINKED).alias(contact))
        .drop(ROW, LINKED)
    )


def _select_evidence(rows: pl.LazyFrame, at: str, source: str) -> pl.LazyFrame:
    """Rows with both ids, with their instant and where they come from."""
    return rows.filter(pl.col(ANONYMOUS_ID).is_not_null(), pl.col(CONTACT_ID).is_not_null()).select(
        *DEVICE, CONTACT_ID, pl.col(at).alias(AT), pl.lit(source).alias(SOURCE)
    )


def _find_changes(evidence: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the evidence at which a device's contact changes, beside the last of the one before."""
    is_same = _same_device(1)
    return (
        evidence.sort(*DEVICE, AT, CONTACT_ID, SOURCE)
        .with_columns(
            pl.when(is_same).then(pl.col(AT).shift(1)).alias(LAST_OF_PREVIOUS),
            (is_same & (pl.col(CONTACT_ID) == pl.col(CONTACT_ID).shift(1))).alias("goes_on"),
        )
        .filter(~pl.col("goes_on"))
        .drop("goes_on")
    )


def _widen_to_sessions(starts: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Add `session_from`: when the session began in which the evidence lies, else its instant."""
    of_start = [*DEVICE, CONTACT_ID, AT]
    ends = pl.max_horizontal(Sessions.started_at, Sessions.ended_at)
    around = (
        starts.join(
            sessions.filter(pl.col(ANONYMOUS_ID).is_not_null()).select(
                *DEVICE, Sessions.started_at, ends.alias(Sessions.ended_at)
            ),
            on=DEVICE,
            how="inner",
            validate="m:m",
        )
        .filter(pl.col(AT).is_between(Sessions.started_at, Sessions.ended_at))
        .group_by(of_start)
        .agg(pl.col(Sessions.started_at).min().alias("session_from"))
    )
    return starts.join(around, on=of_start, how="left", validate="1:1").with_columns(
        pl.coalesce("session_from", AT)
    )


def _same_device(step: int) -> pl.Expr:
    """Whether the row `step` rows before (after, if negative) is of the same device."""
    return (
        (pl.col(ORG_ID) == pl.col(ORG_ID).shift(step))
        & (pl.col(ANONYMOUS_ID) == pl.col(ANONYMOUS_ID).shift(step))
    ).fill_null(value=False)
