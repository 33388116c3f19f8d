"""What sums over send facts count, whatever they are by (`DeliveryCounts`)."""

import polars as pl

from contracts.columns import columns
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_sums import DeliveryCounts
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, QUEUED, SENT, SOFT

FIRST_TIMES = {
    Counts.human_unique_opens: SendFacts.first_human_open_at,
    Counts.unique_opens: SendFacts.first_open_at,
    Counts.human_unique_clicks: SendFacts.first_human_click_at,
    Counts.unique_clicks: SendFacts.first_click_at,
    Counts.unsubscribes: SendFacts.unsubscribed_at,
    Counts.complaints: SendFacts.complained_at,
    Counts.replies: SendFacts.replied_at,
}
"""Count of sends -> the first time of what it counts."""


def count_sends() -> list[pl.Expr]:
    """The `DeliveryCounts` over send facts."""
    status, bounce = pl.col(SendFacts.status_code), pl.col(SendFacts.bounce_code)
    is_sent = ~pl.col(SendFacts.is_holdout)
    conditions = {
        Counts.sends: pl.lit(value=True),
        Counts.queued: status == QUEUED,
        Counts.sent: status == SENT,
        Counts.delivered: status == DELIVERED,
        Counts.bounced: status == BOUNCED,
        Counts.failed: status == FAILED,
        Counts.hard_bounces: (status == BOUNCED) & (bounce == HARD),
        Counts.soft_bounces: (status == BOUNCED) & (bounce == SOFT),
        Counts.other_bounces: (status == BOUNCED) & (bounce == 0),
        **{name: pl.col(at).is_not_null() for name, at in FIRST_TIMES.items()},
        DeliveryCounts.assumable: status == SENT,
        DeliveryCounts.receipts: pl.col(SendFacts.has_receipt),
    }
    counts = {
        **{name: (is_sent & condition).sum() for name, condition in conditions.items()},
        Counts.opens: pl.col(SendFacts.opens).filter(is_sent).sum(),
        Counts.clicks: pl.col(SendFacts.clicks).filter(is_sent).sum(),
        Counts.holdout: (~is_sent).sum(),
    }
    return [counts[name].cast(pl.Int64).alias(name) for name in columns(DeliveryCounts)]
