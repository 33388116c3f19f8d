"""Send facts to sums by segment: additive, so that buckets merge by adding."""

import polars as pl

from contracts.columns import Rows, columns, key
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_sums import AssumedBases, SegmentBases, SegmentSums
from contracts.feeds import ListMembers
from transforms.common.keys import CAMPAIGN, CONTACT, hash_id
from transforms.common.rates import COUNTS
from transforms.messaging.delivery_basis import ASSUMED_SENDS, assume_deliveries
from transforms.messaging.delivery_counts import count_sends

CAMPAIGN_CONTACT, CAMPAIGN_HASH = "campaign and contact", "campaign"


def key_members(members: Rows[ListMembers]) -> pl.LazyFrame:
    """One row per list member in a segment: the key of campaign and contact, and the segment."""
    return members.filter(pl.col(ListMembers.segment_id).is_not_null()).select(
        ListMembers.org_id,
        ListMembers.segment_id,
        hash_campaign_and_contact(
            hash_id(ListMembers.campaign_id, seed=CAMPAIGN),
            hash_id(ListMembers.contact_id, seed=CONTACT),
        ),
    )


def hash_campaign_and_contact(campaign: pl.Expr, contact: pl.Expr) -> pl.Expr:
    """One key of the keys of a campaign and a contact."""
    both = pl.struct(campaign.alias("campaign"), contact.alias("contact"))
    return both.hash().alias(CAMPAIGN_CONTACT)


def sum_segments(
    facts: Rows[SendFacts], messages: Rows[DescribedMessages], members: pl.LazyFrame
) -> pl.LazyFrame:
    """One row per segment and basis: `SegmentBases` over the sends to its members.

    Args:
        facts: Of a group of buckets.
        members: List members by campaign and contact (`key_members`).
    """
    campaign = DescribedMessages.campaign_id
    campaign_of = messages.filter(pl.col(campaign).is_not_null()).select(
        DescribedMessages.message_key, hash_id(campaign, seed=CAMPAIGN).alias(CAMPAIGN_HASH)
    )
    return (
        facts.join(campaign_of, on=SendFacts.message_key, how="inner", validate="m:1")
        .with_columns(
            hash_campaign_and_contact(pl.col(CAMPAIGN_HASH), pl.col(SendFacts.contact_key))
        )
        .join(members, on=CAMPAIGN_CONTACT, how="inner", validate="m:1")
        .group_by(key(SegmentBases))
        .agg(count_sends())
        .select(columns(SegmentBases))
    )


def add_segments(parts: Rows[SegmentBases], assumed: Rows[AssumedBases]) -> Rows[SegmentSums]:
    """Add the sums by segment of several parts of the sends."""
    return (
        assume_deliveries(parts, assumed)
        .group_by(key(SegmentSums))
        .agg(pl.col(*COUNTS, ASSUMED_SENDS).sum())
        .select(columns(SegmentSums))
    )
