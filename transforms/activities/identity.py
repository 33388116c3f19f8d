"""Whose a device was, and when: anonymous ids to contacts (SPEC §6.4).

A row that bears both ids is evidence. The stretch of a contact begins at the first evidence of
theirs, or at the start of the session that it lies in; the first of a device begins earlier still,
by the window that the configuration gives. It lasts until the stretch of the next contact begins.
Evidence of one instant stands in the order of contact, then of what shows it.
"""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.people.numbered_activities import DeviceContacts, DeviceEvidence
from contracts.feeds import Events, Orders, PageViews, Sessions
from contracts.reports.journeys import IdentityLinks
from contracts.vocabulary import LinkEvidence
from transforms.activities.person_numbers import DEVICE_KEY, key_contacts, key_device
from transforms.common.calendar import microseconds
from transforms.common.joins import HELD, STREAMED

AT, SOURCE = "at", IdentityLinks.how
ORG_ID, ANONYMOUS_ID, CONTACT_ID = (
    IdentityLinks.org_id,
    IdentityLinks.anonymous_id,
    IdentityLinks.contact_id,
)
DEVICE = [ORG_ID, ANONYMOUS_ID]
LAST_OF_PREVIOUS = "last_of_previous"
INSTANT = pl.Datetime("us", "UTC")
LINKED_FROM, LINKED_UNTIL = IdentityLinks.linked_from, IdentityLinks.linked_until
SESSION_FROM = "session_from"
SIGN = "sign"
CHECK, CONTACT_HASH, FIRST = "check", "contact hash", "first"
DEVICE_CHECK = 3
"""The seed of a device's second hash, by which two that share a key are told apart."""
TICK = pl.duration(microseconds=1)


def link_identities(
    sessions: Rows[Sessions],
    page_views: Rows[PageViews],
    events: Rows[Events],
    orders: Rows[Orders],
    backward_days: float,
) -> Rows[IdentityLinks]:
    """Find out whose each device was, and when.

    Complete for any split of the rows by organization and anonymous id.

    Args:
        backward_days: how long before its first evidence a device was already its contact's.

    Returns:
        Sorted by its key; the stretches of a device do not overlap.
    """
    evidence = list_evidence(sessions, page_views, events, orders)
    backward = pl.duration(microseconds=microseconds(backward_days))
    starts = _find_changes(evidence).pipe(_widen_to_sessions, sessions)
    since = (
        pl.when(pl.col(LAST_OF_PREVIOUS).is_null())
        .then(pl.min_horizontal(SESSION_FROM, pl.col(AT) - backward))
        .otherwise(pl.max_horizontal(SESSION_FROM, pl.col(LAST_OF_PREVIOUS) + TICK))
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


def list_evidence(
    sessions: pl.LazyFrame, page_views: pl.LazyFrame, events: pl.LazyFrame, orders: pl.LazyFrame
) -> pl.LazyFrame:
    """List the rows that bear both ids, with their instant and what shows it."""
    return pl.concat(
        [
            _select_evidence(sessions, Sessions.started_at, LinkEvidence.SESSION),
            _select_evidence(page_views, PageViews.viewed_at, LinkEvidence.PAGE_VIEW),
            _select_evidence(events, Events.occurred_at, LinkEvidence.EVENT),
            _select_evidence(orders, Orders.ordered_at, LinkEvidence.ORDER),
        ]
    )


def find_device_contacts(evidence: pl.LazyFrame) -> Rows[DeviceContacts]:
    """Find the contact and the first evidence of each device.

    Args:
        evidence: `list_evidence`.
    """
    kinds = sorted(map(str, LinkEvidence))
    code = pl.col(SOURCE).replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int128)
    first = pl.col(AT).dt.epoch("us").cast(pl.Int128) * len(kinds) + code
    contact, check = pl.col(CONTACT_HASH), pl.col(CHECK)
    is_single = (contact.min() == contact.max()) & (check.min() == check.max())
    return (
        evidence.select(
            key_device().alias(DEVICE_KEY),
            pl.struct(DEVICE).hash(DEVICE_CHECK).alias(CHECK),
            pl.col(CONTACT_ID).hash().alias(CONTACT_HASH),
            first.alias(FIRST),
            *DEVICE,
            CONTACT_ID,
        )
        .group_by(DEVICE_KEY)
        .agg(
            pl.col(*DEVICE, CONTACT_ID).first(),
            pl.col(FIRST).min(),
            is_single.alias(DeviceContacts.is_single),
        )
        .with_columns(
            (pl.col(FIRST) // len(kinds)).cast(pl.Int64).cast(INSTANT).alias(DeviceContacts.at),
            (pl.col(FIRST) % len(kinds))
            .cast(pl.UInt8)
            .replace_strict(dict(enumerate(kinds)), return_dtype=pl.String)
            .alias(DeviceContacts.how),
        )
        .select(columns(DeviceContacts))
    )


def link_single_devices(
    devices: pl.LazyFrame, sessions: Rows[Sessions], backward_days: float
) -> Rows[IdentityLinks]:
    """Link the devices that were one contact's alone, as `link_identities` does.

    Args:
        devices: Single ones of `DeviceContacts`.
        backward_days: how long before its first evidence a device was already its contact's.

    Returns:
        One for each device.
    """
    backward = pl.duration(microseconds=microseconds(backward_days))
    ends = pl.max_horizontal(Sessions.started_at, Sessions.ended_at)
    around = (
        sessions.filter(pl.col(ANONYMOUS_ID).is_not_null())
        .select(key_device().alias(DEVICE_KEY), Sessions.started_at, ends.alias(Sessions.ended_at))
        .join(
            devices.select(DEVICE_KEY, AT),
            on=DEVICE_KEY,
            how="inner",
            validate=STREAMED,
            build_side=HELD,
        )
        .filter(pl.col(AT).is_between(Sessions.started_at, Sessions.ended_at))
        .group_by(DEVICE_KEY)
        .agg(pl.col(Sessions.started_at).min().alias(SESSION_FROM))
    )
    since = pl.min_horizontal(SESSION_FROM, pl.col(AT) - backward)
    return (
        devices.join(around, on=DEVICE_KEY, how="left", validate="1:1")
        .with_columns(since.alias(LINKED_FROM), pl.lit(None, INSTANT).alias(LINKED_UNTIL))
        .select(columns(IdentityLinks))
    )


def leave_devices(rows: pl.LazyFrame, devices: Rows[DeviceContacts]) -> pl.LazyFrame:
    """The rows of some devices."""
    own = devices.select(DEVICE_KEY)
    keyed = rows.with_columns(key_device().alias(DEVICE_KEY))
    return keyed.join(own, on=DEVICE_KEY, how="semi").drop(DEVICE_KEY)


def key_evidence(evidence: pl.LazyFrame) -> Rows[DeviceEvidence]:
    """Evidence (`list_evidence`) by the keys of device and contact."""
    keyed = key_contacts(evidence).with_columns(key_device().alias(DEVICE_KEY))
    return keyed.select(columns(DeviceEvidence))


def find_differing_devices(before: Rows[DeviceEvidence], now: pl.LazyFrame) -> pl.LazyFrame:
    """Find the devices (`device_key`) of which evidence stands in one of two tables alone.

    Args:
        before: A row that stands twice counts twice.
        now: The same.
    """
    signed = [
        rows.with_columns(pl.lit(sign).alias(SIGN)) for rows, sign in ((before, -1), (now, 1))
    ]
    return (
        pl.concat(signed)
        .group_by(columns(DeviceEvidence))
        .agg(pl.col(SIGN).sum())
        .filter(pl.col(SIGN) != 0)
        .select(DEVICE_KEY)
    )


def list_devices(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The devices (`device_key`) that rows name."""
    return rows.select(key_device().alias(DEVICE_KEY)).drop_nulls()


def _select_evidence(rows: pl.LazyFrame, at: str, source: LinkEvidence) -> pl.LazyFrame:
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
        .agg(pl.col(Sessions.started_at).min().alias(SESSION_FROM))
    )
    return starts.join(around, on=of_start, how="left", validate="1:1").with_columns(
        pl.coalesce(SESSION_FROM, AT)
    )


def _same_device(step: int) -> pl.Expr:
    """Whether the row `step` rows before (after, if negative) is of the same device."""
    return (
        (pl.col(ORG_ID) == pl.col(ORG_ID).shift(step))
        & (pl.col(ANONYMOUS_ID) == pl.col(ANONYMOUS_ID).shift(step))
    ).fill_null(value=False)
