"""Reports over all message channels together (SPEC §6.3)."""

import polars as pl

from contracts.channels import SEVERAL_CHANNELS
from contracts.columns import Rows, conform, polars_schema
from contracts.facts.messaging.send_sums import MessageRows
from contracts.feeds import Campaigns
from contracts.reports.campaigns import DeliverySummary, HierarchyNames, HierarchyReport
from contracts.vocabulary import MessageLevel
from transforms.reports.messaging import add_figures, finish, sum_up

NAMES = HierarchyReport
CHANNEL_OF_NONE = "channel of what has no id"
LEVELS: dict[MessageLevel, list[str]] = {
    MessageLevel.CAMPAIGN: [NAMES.campaign_id],
    MessageLevel.DISPATCH: [NAMES.campaign_id, NAMES.dispatch_id],
    MessageLevel.MESSAGE: [NAMES.campaign_id, NAMES.dispatch_id, NAMES.message_id],
}
OF_CAMPAIGN = [NAMES.campaign_name, NAMES.campaign_status]
OF_DISPATCH = [*OF_CAMPAIGN, NAMES.dispatch_name, NAMES.type, NAMES.subtype]
OWN_NAMES: dict[MessageLevel, list[str]] = {
    MessageLevel.CAMPAIGN: OF_CAMPAIGN,
    MessageLevel.DISPATCH: OF_DISPATCH,
    MessageLevel.MESSAGE: [*OF_DISPATCH, NAMES.message_name, NAMES.variant],
}


def report_hierarchy(rows: Rows[MessageRows]) -> pl.LazyFrame:
    """One row per campaign, dispatch and message; each level adds up to the one above.

    What has no id, `(none)`, stands once a channel.

    Args:
        rows: Of every channel, with orders and revenue.
    """
    levels = [_sum_level(rows, level) for level in LEVELS]
    return pl.concat(levels, how="diagonal").pipe(finish, HierarchyReport)


def _sum_level(rows: Rows[MessageRows], level: MessageLevel) -> pl.LazyFrame:
    channel = pl.col(NAMES.channel)
    given = {*LEVELS[level], *OWN_NAMES[level], NAMES.level, NAMES.channel}
    summed = {NAMES.first_sent_at, NAMES.last_sent_at}
    missing = {
        name: dtype
        for name, dtype in polars_schema(HierarchyNames).items()
        if name not in given | summed
    }
    own = pl.col(LEVELS[level][-1])
    of_none = pl.when(own.is_null()).then(channel).alias(CHANNEL_OF_NONE)
    return (
        rows.group_by(NAMES.org_id, *LEVELS[level], of_none)
        .agg(
            pl.col(OWN_NAMES[level]).min(),
            *sum_up(),
            pl.when(channel.n_unique() == 1)
            .then(channel.first())
            .otherwise(pl.lit(SEVERAL_CHANNELS))
            .alias(NAMES.channel),
        )
        .pipe(add_figures)
        .with_columns(
            pl.lit(level).alias(NAMES.level),
            *(pl.lit(None, dtype).alias(name) for name, dtype in missing.items()),
        )
    )


def summarize_deliveries(campaigns: Rows[Campaigns], rows: Rows[MessageRows]) -> pl.LazyFrame:
    """One row per campaign with its sends by final status, newest first (Skene's query).

    Args:
        rows: Of every channel.
    """
    names = DeliverySummary
    of_campaign = [names.org_id, names.campaign_id]
    statuses = [names.queued, names.sent, names.delivered, names.bounced, names.failed]
    sums = rows.group_by(of_campaign).agg(pl.col(statuses).sum())
    return (
        campaigns.select(*of_campaign, Campaigns.name, Campaigns.status, Campaigns.sent_at)
        .join(sums, on=of_campaign, how="left", validate="1:1")
        .with_columns(pl.col(statuses).fill_null(0))
        .pipe(conform, names)
        .sort(names.sent_at, *of_campaign, descending=[True, False, False], nulls_last=True)
    )
