"""Reports about people: sums over the send fact by contact and by segment (SPEC §6.4)."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.messaging.send_sums import ContactSums, SegmentSums
from contracts.facts.order_facts import ContactOrders
from contracts.facts.people.described_activities import ContactVisits
from contracts.facts.people.lists import SubscriptionStates
from contracts.feeds import Contacts, ListMembers, Segments
from contracts.reports.people import ContactReport, SegmentReport
from transforms.common.keys import CONTACT, hash_id
from transforms.common.rates import COUNTS, add_rates
from transforms.messaging.delivery_basis import name_basis
from transforms.reports.messaging import finish

PERSON = [Contacts.org_id, Contacts.contact_id]
CONTACT_KEY = ContactSums.contact_key
SEGMENT_KEY = [Segments.org_id, Segments.segment_id]
SENDS_AND_ACTIONS = [
    ContactReport.sends,
    ContactReport.delivered,
    ContactReport.opens,
    ContactReport.clicks,
]
OBJECTIONS = [SubscriptionStates.unsubscribed_at, SubscriptionStates.complained_at]


def report_contacts(
    contacts: Rows[Contacts],
    sums: Rows[ContactSums],
    states: Rows[SubscriptionStates],
    sessions: Rows[ContactVisits] | None,
    orders: Rows[ContactOrders] | None,
) -> Rows[ContactReport]:
    """One row per contact, active or not.

    Args:
        contacts: Latest versions.
        sessions: None without web feeds, which leaves their number null.
        orders: None without orders, which leaves their number and revenue null.

    Returns:
        Sorted by its key.
    """
    objections = states.group_by(PERSON).agg(pl.col(OBJECTIONS).min())
    contact_key = hash_id(Contacts.contact_id, seed=CONTACT).alias(CONTACT_KEY)
    return (
        contacts.select(*PERSON, Contacts.attributes, contact_key)
        .join(sums.drop(OBJECTIONS), on=CONTACT_KEY, how="left", validate="1:1")
        .with_columns(pl.col(SENDS_AND_ACTIONS).fill_null(0))
        .join(objections, on=PERSON, how="left", validate="1:1")
        .pipe(_join_counts, sessions, [ContactReport.sessions])
        .pipe(_join_counts, orders, [ContactReport.orders, ContactReport.revenue])
        .pipe(finish, ContactReport)
    )


def count_contact_visits(sessions: pl.LazyFrame) -> Rows[ContactVisits]:
    """Count the sessions of each contact.

    Args:
        sessions: Any with the key of their contact.
    """
    return sessions.group_by(CONTACT_KEY).agg(pl.len().cast(pl.Int64).alias(ContactVisits.sessions))


def _join_counts(rows: pl.LazyFrame, counts: pl.LazyFrame | None, names: list[str]) -> pl.LazyFrame:
    """Add counts of contacts: 0 where they have none, null where no feed could give any."""
    if counts is None:
        return rows.with_columns(pl.lit(None).alias(name) for name in names)
    return rows.join(
        counts.select(CONTACT_KEY, *names), on=CONTACT_KEY, how="left", validate="1:1"
    ).with_columns(pl.col(names).fill_null(0))


def report_segments(
    segments: pl.LazyFrame, members: Rows[ListMembers], sums: Rows[SegmentSums]
) -> Rows[SegmentReport]:
    """One row per segment.

    Args:
        segments: Canonical segments, latest versions.
        members: Latest versions. A list whose campaign is the segment itself is the segment's own:
            no campaign used it.

    Returns:
        Sorted by its key.
    """
    campaign = pl.col(ListMembers.campaign_id)
    use = members.group_by(ListMembers.org_id, ListMembers.segment_id).agg(
        pl.col(ListMembers.contact_id).n_unique().cast(pl.Int64).alias(SegmentReport.members),
        campaign.filter(campaign != pl.col(ListMembers.segment_id))
        .n_unique()
        .cast(pl.Int64)
        .alias(SegmentReport.campaigns_used_in),
    )
    counts = [
        SegmentReport.members,
        SegmentReport.campaigns_used_in,
        SegmentSums.assumed_sends,
        *COUNTS,
    ]
    return (
        segments.select(
            *SEGMENT_KEY,
            Segments.contact_count,
            Segments.attributes,
            pl.col(Segments.name).alias(SegmentReport.segment_name),
        )
        .join(use, on=SEGMENT_KEY, how="left", validate="1:1")
        .join(sums, on=[SegmentSums.org_id, SegmentSums.segment_id], how="left", validate="1:1")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(name_basis().alias(SegmentReport.delivery_basis))
        .pipe(add_rates)
        .pipe(finish, SegmentReport)
    )
