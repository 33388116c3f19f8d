"""Campaign > dispatch > message > send: what was sent, and to whom."""

from typing import ClassVar

from contracts.channels import CHANNEL_NAME
from contracts.columns import Count, Day, Flag, Instant, Money, Text, amount, column
from contracts.feeds.base import ANY_OF, ATTRIBUTES, IDENTIFYING_EMAIL, Feed
from contracts.vocabulary import CampaignStatus, SendStatus

WINDOW_START = "first day of the attribution window, in the reporting time zone"
WINDOW_DAYS = "length of the attribution window in whole days, the first included"


class Campaigns(Feed):
    """One row per campaign: the idea that dispatches carry out."""

    campaign_id: Text = column("the campaign", key=True, required=True)
    name: Text = column("name of the campaign", required=True)
    channel: Text = column("channel of a campaign that has only one", CHANNEL_NAME)
    status: Text = column("state of the campaign", isin=CampaignStatus)
    subject: Text = column("subject line or headline")
    body: Text = column("content")
    creator_id: Text = column("who made it")
    scheduled_at: Instant = column("when it is to be sent")
    sent_at: Instant = column("when it was sent")
    created_at: Instant = column("when it was created")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)


class Dispatches(Feed):
    """One row per dispatch: one execution of a campaign, on one date and channel."""

    dispatch_id: Text = column("the dispatch", key=True, required=True)
    name: Text = column("name of the dispatch", required=True)
    campaign_id: Text = column("its campaign", references="campaigns.campaign_id")
    channel: Text = column("its channel, a standard one or the user's own", CHANNEL_NAME)
    type: Text = column("first level of its kind (web: medium)")
    subtype: Text = column("second level of its kind (web: source)")
    dispatched_at: Instant = column("when it was executed")
    attribution_start_date: Day = column(WINDOW_START)
    attribution_window_days: Count = column(WINDOW_DAYS, ge=0)
    created_at: Instant = column("when it was created")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)


class Messages(Feed):
    """One row per message: one version (variant) of a dispatch."""

    message_id: Text = column("the message", key=True, required=True)
    name: Text = column("name of the message", required=True)
    dispatch_id: Text = column("its dispatch", references="dispatches.dispatch_id")
    campaign_id: Text = column(
        "its campaign, where no dispatch names one", references="campaigns.campaign_id"
    )
    channel: Text = column("its channel, a standard one or the user's own", CHANNEL_NAME)
    subject: Text = column("subject line (web: keyword)")
    content: Text = column("content (web: ad group)")
    variant: Text = column("which variant of a test it is")
    sender: Text = column("from whom it comes")
    links: Text = column("comma-separated links in it")
    cost: Money = column("what sending it cost, in `currency`", amount(), ge=0)
    currency: Text = column("currency of `cost`; the workspace's where empty")
    send_date: Day = column("the day on which it goes out")
    start_at: Instant = column("from when the asset was in use")
    ended_at: Instant = column("until when the asset was in use")
    attribution_start_date: Day = column(WINDOW_START)
    attribution_window_days: Count = column(WINDOW_DAYS, ge=0)
    created_at: Instant = column("when it was created")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)


class Sends(Feed):
    """One row per send: one message to one contact."""

    send_id: Text = column("the send", key=True, required=True)
    campaign_id: Text = column("its campaign", references="campaigns.campaign_id")
    message_id: Text = column("its message", references="messages.message_id")
    contact_id: Text = column("to whom", references="contacts.contact_id")
    email: Text = column(IDENTIFYING_EMAIL)
    status: Text = column("state of the send", required=True, isin=SendStatus)
    sent_at: Instant = column("when it was sent")
    delivered_at: Instant = column("when delivery was confirmed")
    error: Text = column("why it failed")
    is_holdout: Flag = column("held out on purpose: never sent, counted apart")
    created_at: Instant = column("when the row was created")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)

    class Config:
        """A row names at least one of these."""

        metadata: ClassVar = {ANY_OF: ("contact_id", "email")}


class MessageStats(Feed):
    """One row per channel, message and day: what a provider's own summary says of a message."""

    channel: Text = column("channel of the message", CHANNEL_NAME, key=True, required=True)
    message_id: Text = column("the message, in the provider's words", key=True, required=True)
    message_name: Text = column("its name")
    campaign_name: Text = column("name of its campaign")
    date_day: Day = column("the day; empty for a summary of the message's whole life", key=True)
    sends: Count = column("sends", ge=0)
    delivered: Count = column("delivered sends", ge=0)
    opens: Count = column("opens", ge=0)
    unique_opens: Count = column("sends with at least one open", ge=0)
    clicks: Count = column("clicks", ge=0)
    unique_clicks: Count = column("sends with at least one click", ge=0)
    bounced: Count = column("bounced sends", ge=0)
    unsubscribes: Count = column("unsubscribes", ge=0)
    complaints: Count = column("complaints", ge=0)
    orders: Count = column("orders that the provider credits", ge=0)
    revenue: Money = column("their revenue, in `currency`", amount())
    currency: Text = column("currency of `revenue`; the workspace's where empty")
    attributes: Text = column(ATTRIBUTES)
