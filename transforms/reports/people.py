"""Reports about people: sums over the send fact by contact and by segment (SPEC §6.4)."""

import polars as pl

from contracts.facts.send_facts import ContactSums
from contracts.feeds import Contacts, ListMembers, Segments
from contracts.reports.people import ContactReport, SegmentReport
from transforms.common.keys import CONTACT, hash_id
from transforms.common.rates import COUNTS, add_rates
from transforms.reports.messaging import finish


def report_contacts(
    contacts: pl.LazyFrame,
    sums: pl.LazyFrame,
    visits: pl.LazyFrame | None,
    orders: pl.LazyFrame | None,
) -> pl.LazyFrame:
    """One row per contact, active or not.

    Args:
        contacts: Canonical contacts, latest versions.
        sums: `ContactSums`.
        visits: One row per session with its contact; None without web feeds.
        orders: One row per organization and contact: `orders` and `revenue`; None without orders.
    """
    counts = ["sends", "delivered", "opens", "clicks"]
    person = ["org_id", Contacts.contact_id]
    sessions = (
        None if visits is None else visits.group_by(person).agg(sessions=pl.len().cast(pl.Int64))
    )
    unknown = {
        "sessions": pl.lit(None, pl.Int64),
        "orders": pl.lit(None, pl.Int64),
        "revenue": pl.lit(None, pl.Decimal(18, 4)),
    }
    contact_key = hash_id(Contacts.contact_id, seed=CONTACT)
    rows = contacts.select(*person, contact_key.alias(ContactSums.contact_key))
    for known in (sessions, orders):
        if known is not None:
            names = [name for name in unknown if name in known.collect_schema()]
            rows = rows.join(known, on=person, how="left", validate="1:1").with_columns(
                pl.col(names).fill_null(0)
            )
            unknown = {name: lit for name, lit in unknown.items() if name not in names}
    return (
        rows.with_columns(**unknown)
        .join(sums, on=ContactSums.contact_key, how="left", validate="1:1")
        .with_columns(pl.col(counts).fill_null(0))
        .pipe(finish, ContactReport)
    )


def report_segments(
    segments: pl.LazyFrame, members: pl.LazyFrame, sums: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per segment.

    Args:
        segments: Canonical segments, latest versions.
        members: Canonical list members, latest versions. A list whose campaign is the segment
            itself is the segment's own: no campaign used it.
        sums: `SegmentSums`.
    """
    use = members.group_by("org_id", ListMembers.segment_id).agg(
        members=pl.col(ListMembers.contact_id).n_unique().cast(pl.Int64),
        campaigns_used_in=pl.col(ListMembers.campaign_id)
        .filter(pl.col(ListMembers.campaign_id) != pl.col(ListMembers.segment_id))
        .n_unique()
        .cast(pl.Int64),
    )
    keys = ["org_id", Segments.segment_id]
    return (
        segments.select(*keys, Segments.contact_count, segment_name=Segments.name)
        .join(use, on=keys, how="left", validate="1:1")
        .join(sums, on=keys, how="left", validate="1:1")
        .with_columns(pl.col("members", "campaigns_used_in", *COUNTS).fill_null(0))
        .pipe(add_rates)
        .pipe(finish, SegmentReport)
    )
