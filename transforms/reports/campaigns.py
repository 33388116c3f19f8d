"""Reports over all message channels together (SPEC §6.3)."""

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import Campaigns
from contracts.reports.campaigns import DeliverySummary, HierarchyNames, HierarchyReport
from transforms.common.rates import COUNTS, add_rates
from transforms.reports.messaging import finish

LEVELS: dict[str, list[str]] = {
    "campaign": ["campaign_id"],
    "dispatch": ["campaign_id", "dispatch_id"],
    "message": ["campaign_id", "dispatch_id", "message_id"],
}
OWN_NAMES: dict[str, list[str]] = {
    "campaign": ["campaign_name", "campaign_status"],
    "dispatch": ["campaign_name", "campaign_status", "dispatch_name", "type", "subtype"],
    "message": [
        "campaign_name",
        "campaign_status",
        "dispatch_name",
        "type",
        "subtype",
        "message_name",
        "variant",
    ],
}


def report_hierarchy(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per campaign, dispatch and message; each level adds up to the one above.

    Args:
        rows: The message rows of every channel (`messaging.report_messages`).
    """
    levels = [_sum_level(rows, level) for level in LEVELS]
    return pl.concat(levels, how="diagonal").pipe(finish, HierarchyReport)


def _sum_level(rows: pl.LazyFrame, level: str) -> pl.LazyFrame:
    channel = pl.col("channel")
    missing = {
        name: dtype
        for name, dtype in polars_schema(HierarchyNames).items()
        if name not in {*LEVELS[level], *OWN_NAMES[level], "level", "channel"}
        and not name.endswith("_sent_at")
    }
    return (
        rows.group_by("org_id", *LEVELS[level])
        .agg(
            pl.col(OWN_NAMES[level]).min(),
            pl.col(COUNTS).sum(),
            *(
                pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
                for name in ("cost", "orders", "revenue")
            ),
            pl.col("first_sent_at").min(),
            pl.col("last_sent_at").max(),
            channel=pl.when(channel.n_unique() == 1).then(channel.first()),
        )
        .pipe(add_rates)
        .with_columns(
            level=pl.lit(level),
            **{name: pl.lit(None, dtype) for name, dtype in missing.items()},
        )
    )


def summarize_deliveries(campaigns: pl.LazyFrame, rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per campaign with its sends by final status, newest first (Skene's query)."""
    statuses = ["queued", "sent", "delivered", "bounced", "failed"]
    sums = rows.group_by("org_id", Campaigns.campaign_id).agg(pl.col(statuses).sum())
    return (
        campaigns.select(
            "org_id",
            Campaigns.campaign_id,
            Campaigns.name,
            Campaigns.status,
            Campaigns.sent_at,
        )
        .join(sums, on=["org_id", Campaigns.campaign_id], how="left", validate="1:1")
        .with_columns(pl.col(statuses).fill_null(0))
        .select(pl.col(n).cast(dtype) for n, dtype in polars_schema(DeliverySummary).items())
        .sort(
            "sent_at",
            "org_id",
            "campaign_id",
            descending=[True, False, False],
            nulls_last=True,
        )
    )
