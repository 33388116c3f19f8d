"""The tab of campaigns over all message channels."""

import polars as pl

from flows.page.drill_down import FinerLevel, make_opening_table
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.views import Block, Tab

HIERARCHY = "campaigns/hierarchy_report"
OF_CAMPAIGN = {
    "sends": "Sends",
    "delivered": "Delivered",
    "human_unique_opens": "Opens by people",
    "human_unique_clicks": "Clicks by people",
    "human_click_rate": "Clicked by people",
    "orders": "Orders",
    "revenue": "Revenue",
    "cost": "Cost",
}


def build_campaigns_tab(published: SnapshotTables) -> Tab:
    """Build the overview of campaigns over all message channels.

    Args:
        published: The snapshot.
    """
    campaigns = TableSpec(
        "Campaigns of all message channels, their dispatches and messages",
        HIERARCHY,
        {"campaign_name": "Campaign", "channel": "Channel or level"},
        OF_CAMPAIGN,
        "revenue",
        bars=("human_click_rate",),
        only=pl.col("level") == "campaign",
    )
    deliveries = TableSpec(
        "Deliveries, newest first",
        "campaigns/delivery_summary",
        {"name": "Campaign", "status": "Status", "sent_at": "Sent on"},
        {"sent": "Sent", "delivered": "Delivered", "bounced": "Bounced", "failed": "Failed"},
        "sent_at",
    )
    tables = (
        make_opening_table(published, campaigns, _list_levels()),
        make_table(published, deliveries),
    )
    found = tuple(table for table in tables if table is not None)
    notes = () if found else ("No feed has a campaign yet.",)
    return Tab("campaigns", (Block(tables=found, notes=notes),))


def _list_levels() -> list[FinerLevel]:
    """Dispatches and messages; those that only repeat what is above them aside."""
    words = pl.concat_str(["channel", "type", "subtype"], separator=", ", ignore_nulls=True)
    return [
        FinerLevel(
            HIERARCHY,
            pl.coalesce("dispatch_name", "dispatch_id", pl.lit("(none)")),
            pl.format("dispatch: {}", words),
            ("org_id", "campaign_id"),
            implied=pl.col("dispatch_id").eq_missing(pl.col("campaign_id")),
            only=(pl.col("level") == "dispatch") & pl.col("campaign_id").is_not_null(),
        ),
        FinerLevel(
            HIERARCHY,
            pl.coalesce("message_name", "message_id", pl.lit("(none)")),
            pl.format("message: {}", words),
            ("org_id", "campaign_id", "dispatch_id"),
            implied=pl.col("message_id").eq_missing(pl.col("dispatch_id")),
            only=(pl.col("level") == "message") & pl.col("campaign_id").is_not_null(),
        ),
    ]
