"""Reports over all message channels together."""

from contracts.columns import Count, Instant, Table, Text, column
from contracts.reports.messaging import Figures, Tenant
from contracts.vocabulary import CampaignStatus, MessageLevel


class HierarchyNames(Table):
    """Where a row stands in the hierarchy."""

    level: Text = column(
        "campaign, dispatch or message", key=True, required=True, isin=MessageLevel
    )
    channel: Text = column("channel; `several` where there are several", key=True, required=True)
    campaign_id: Text = column("the campaign; null where a message names none", key=True)
    dispatch_id: Text = column("the dispatch; null above its level", key=True)
    message_id: Text = column("the message; null above its level", key=True)
    campaign_name: Text = column("the campaign's name")
    campaign_status: Text = column("the campaign's state", isin=CampaignStatus)
    dispatch_name: Text = column("the dispatch's name")
    message_name: Text = column("the message's name")
    variant: Text = column("which variant of a test the message is")
    type: Text = column("first level of the dispatch's kind")
    subtype: Text = column("second level of the dispatch's kind")
    first_sent_at: Instant = column("first send, in UTC")
    last_sent_at: Instant = column("last send, in UTC")


class HierarchyReport(Figures, HierarchyNames, Tenant):
    """One row per campaign, dispatch or message over all message channels."""


class DeliverySummary(Tenant):
    """One row per campaign, newest first by sent_at, nulls last; not sorted by its key (Skene)."""

    campaign_id: Text = column("the campaign", key=True, required=True)
    name: Text = column("its name", required=True)
    status: Text = column("its state", isin=CampaignStatus)
    sent_at: Instant = column("when the campaign was sent")
    queued: Count = column("sends whose final status is queued", required=True)
    sent: Count = column("sends whose final status is sent", required=True)
    delivered: Count = column("sends whose final status is delivered", required=True)
    bounced: Count = column("sends whose final status is bounced", required=True)
    failed: Count = column("sends whose final status is failed", required=True)
