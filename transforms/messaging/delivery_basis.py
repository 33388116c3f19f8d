"""Deliveries that feeds state, and those that must be assumed (SPEC §6.1, `delivery_basis`).

A basis is an organization, a feed and a channel. Where a feed never says `delivered` for an
organization and channel, and no other feed says it of its sends, nobody can tell who got the
message: its sends that were sent, and neither bounced, dropped nor failed, count as delivered on
the day of sending. Whether a basis has receipts is known only when all sends have been seen; so
sums bear the basis in their key until then.
"""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import CountedEvents
from contracts.facts.messaging.send_sums import (
    AssumedBases,
    DeliveryCounts,
    MessageDays,
    SaidDelivered,
)
from contracts.vocabulary import Action, DeliveryBasis

CHANNEL_BITS, FEED_BITS = 8, 16
BASIS = SaidDelivered.basis_key
ASSUMED_SENDS = "assumed_sends"
IS_ASSUMED = "is assumed"


def pack_basis(org_code: str, feed: str, channel_code: str) -> pl.Expr:
    """Organization, feed and channel in one number."""
    org, feed_number, channel = (
        pl.col(name).cast(pl.UInt64) for name in (org_code, feed, channel_code)
    )
    return (org * 2**FEED_BITS + feed_number) * 2**CHANNEL_BITS + channel


def channel_of_basis() -> pl.Expr:
    """The number of the channel in a packed basis."""
    return (pl.col(BASIS) % 2**CHANNEL_BITS).cast(pl.UInt8)


def feed_of_basis() -> pl.Expr:
    """The number of the feed in a packed basis."""
    return (pl.col(BASIS) // 2**CHANNEL_BITS % 2**FEED_BITS).cast(pl.UInt16)


def org_of_basis() -> pl.Expr:
    """The number of the organization in a packed basis."""
    return (pl.col(BASIS) // 2 ** (CHANNEL_BITS + FEED_BITS)).cast(pl.UInt32)


def list_said_delivered(
    events: Rows[CountedEvents], messages: Rows[MessageCodes]
) -> Rows[SaidDelivered]:
    """One row per basis of which the feed has a delivery event."""
    basis = [CountedEvents.message_key, CountedEvents.channel_code, CountedEvents.feed]
    organizations = messages.select(MessageCodes.message_key, MessageCodes.org_code)
    return (
        events.filter(pl.col(CountedEvents.action_code) == ACTION_CODES[Action.DELIVERED])
        .group_by(basis)
        .agg(pl.len().cast(pl.Int64).alias(SaidDelivered.events))
        .join(organizations, on=CountedEvents.message_key, how="inner", validate="m:1")
        .group_by(
            pack_basis(MessageCodes.org_code, CountedEvents.feed, CountedEvents.channel_code).alias(
                BASIS
            )
        )
        .agg(pl.col(SaidDelivered.events).sum())
    )


def find_assumed(days: Rows[MessageDays], said: Rows[SaidDelivered]) -> Rows[AssumedBases]:
    """One row per basis without receipts.

    Args:
        days: Over all sends.
        said: Of all events.
    """
    return (
        days.group_by(MessageDays.basis_key)
        .agg(pl.col(MessageDays.sends, MessageDays.receipts).sum())
        .filter(pl.col(MessageDays.sends) > 0, pl.col(MessageDays.receipts) == 0)
        .join(said, on=BASIS, how="anti")
        .select(columns(AssumedBases))
    )


def assume_deliveries(sums: pl.LazyFrame, assumed: Rows[AssumedBases]) -> pl.LazyFrame:
    """Count what was sent as delivered where there are no receipts.

    Args:
        sums: Rows with `DeliveryCounts` and their `basis_key`.

    Returns:
        The same rows with `assumed_sends`, how many of their sends have no receipts, and
        `is assumed`.
    """
    more = pl.when(IS_ASSUMED).then(pl.col(DeliveryCounts.assumable)).otherwise(0)
    return flag_assumed(sums, assumed).with_columns(
        (pl.col(Counts.delivered) + more).alias(Counts.delivered),
        (pl.col(Counts.sent) - more).alias(Counts.sent),
        pl.when(IS_ASSUMED).then(pl.col(Counts.sends)).otherwise(0).alias(ASSUMED_SENDS),
    )


def flag_assumed(sums: pl.LazyFrame, assumed: Rows[AssumedBases]) -> pl.LazyFrame:
    """Add whether rows are of a basis without receipts, as `is assumed`.

    Args:
        sums: Rows with a `basis_key`.
    """
    flags = assumed.with_columns(pl.lit(value=True).alias(IS_ASSUMED))
    return sums.join(flags, on=BASIS, how="left", validate="m:1").with_columns(
        pl.col(IS_ASSUMED).fill_null(value=False)
    )


def count_assumed(days: Rows[MessageDays], assumed: Rows[AssumedBases]) -> pl.LazyFrame:
    """Count the sends without receipts that count as delivered, by `feed` and `channel_code`.

    Args:
        days: Over all sends.
    """
    return (
        assume_deliveries(days, assumed)
        .filter(IS_ASSUMED)
        .group_by(
            feed_of_basis().alias(CountedEvents.feed),
            channel_of_basis().alias(CountedEvents.channel_code),
        )
        .agg(pl.col(Counts.delivered).sum())
        .filter(pl.col(Counts.delivered) > 0)
        .sort(CountedEvents.feed, CountedEvents.channel_code)
    )


def name_basis(sends: str = Counts.sends, assumed_sends: str = ASSUMED_SENDS) -> pl.Expr:
    """Whether deliveries are stated, assumed, or some of them either."""
    assumed = pl.col(assumed_sends)
    return (
        pl.when(assumed == 0)
        .then(pl.lit(DeliveryBasis.RECEIPTS))
        .when(assumed == pl.col(sends))
        .then(pl.lit(DeliveryBasis.ASSUMED))
        .otherwise(pl.lit(DeliveryBasis.MIXED))
    )
