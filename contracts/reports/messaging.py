"""The reports of email, SMS, push and direct mail, and those that sum over all of them."""

from contracts.channels import CHANNEL_NAME
from contracts.columns import Count, Day, Instant, Money, Rate, Table, Text, column
from contracts.facts.messaging.send_counts import Counts
from contracts.vocabulary import CampaignStatus, DeliveryBasis


class Tenant(Table):
    """One row of one organization."""

    org_id: Text = column("organization", key=True, required=True)


class Cost(Table):
    """What the messages cost."""

    cost: Money = column("cost of the messages, in the reporting currency")


class Rates(Table):
    """Fractions; null where the denominator is 0."""

    delivery_rate: Rate = column("delivered / sends")
    bounce_rate: Rate = column("bounced / sends")
    open_rate: Rate = column("unique_opens / delivered")
    human_open_rate: Rate = column("human_unique_opens / delivered")
    click_rate: Rate = column("unique_clicks / delivered")
    human_click_rate: Rate = column("human_unique_clicks / delivered")
    click_to_open_rate: Rate = column("unique_clicks / unique_opens")
    unsubscribe_rate: Rate = column("unsubscribes / delivered")
    complaint_rate: Rate = column("complaints / delivered")
    open_rate_of_sends: Rate = column("unique_opens / sends")
    click_rate_of_sends: Rate = column("unique_clicks / sends")


class Basis(Table):
    """How deliveries are known."""

    delivery_basis: Text = column(
        "receipts; assumed where no feed says which sends were delivered; mixed where some do",
        isin=DeliveryBasis,
    )


class Conversions(Table):
    """What followed, by last touch."""

    orders: Count = column("orders credited by last touch; null without an orders feed")
    revenue: Money = column("their revenue, in the reporting currency; null likewise")
    conversion_rate: Rate = column("orders / delivered")
    revenue_per_recipient: Rate = column("revenue / delivered, in the reporting currency")


class Attributes(Table):
    """The custom columns of the level."""

    attributes: Text = column("JSON object of the level's custom columns")


class Figures(Conversions, Rates, Cost, Basis, Counts):
    """What every row about sends ends with."""


class Sums(Attributes, Figures):
    """What every level of a channel's report ends with."""


class SentBetween(Table):
    """When the first and the last send went out."""

    channel: Text = column("channel", CHANNEL_NAME, required=True)
    first_sent_at: Instant = column("first send, in UTC")
    last_sent_at: Instant = column("last send, in UTC")


class CampaignNames(Table):
    """The campaign of a row."""

    campaign_id: Text = column("the campaign; null where a message names none")
    campaign_name: Text = column("its name; `(none)` where a message names none")
    campaign_status: Text = column("its state", isin=CampaignStatus)


class DispatchNames(Table):
    """The dispatch of a row."""

    dispatch_id: Text = column("the dispatch; its campaign's id where a source has none")
    dispatch_name: Text = column("its name")


class MessageNames(Table):
    """The message of a row."""

    message_id: Text = column(
        "the message; its dispatch's or campaign's id where a source has none"
    )
    message_name: Text = column("its name; null where no asset describes it")
    variant: Text = column("which variant of a test it is")


class CampaignReport(Sums, SentBetween, CampaignNames, Tenant):
    """One row per campaign of a channel."""

    campaign_id: Text = column("the campaign; null where a message names none", key=True)


class DispatchReport(Sums, SentBetween, DispatchNames, CampaignNames, Tenant):
    """One row per dispatch of a channel."""

    dispatch_id: Text = column("the dispatch; its campaign's id where a source has none", key=True)
    campaign_id: Text = column("the campaign; null where its messages name none, or several")
    campaign_name: Text = column("its name; `(none)` where they name none, `(several)` where more")


class MessageReport(Sums, SentBetween, MessageNames, DispatchNames, CampaignNames, Tenant):
    """One row per message of a channel."""

    message_id: Text = column("the message; its dispatch's or campaign's id if implied", key=True)


class OnDay(Table):
    """A day of the reporting time zone."""

    date_day: Day = column("reporting day; null for what has no time at all", key=True)


class OfChannel(Table):
    """A channel."""

    channel: Text = column("channel", CHANNEL_NAME, required=True)


class DailyReport(Figures, OfChannel, MessageNames, DispatchNames, CampaignNames, OnDay, Tenant):
    """One row per day and message of a channel; the days add up to the message report."""

    message_id: Text = column("the message", key=True)


class LinkReport(Tenant):
    """One row per message and link."""

    message_id: Text = column("the message", key=True)
    url: Text = column("the link as it was clicked", key=True, required=True)
    campaign_id: Text = column("its campaign")
    message_name: Text = column("its name")
    clicks: Count = column("clicks on it", required=True)
    unique_clicks: Count = column("sends with a click on it", required=True)
    first_clicked_at: Instant = column("first click on it, in UTC", required=True)
    last_clicked_at: Instant = column("last click on it, in UTC", required=True)


class ChannelReport(Figures, OfChannel, OnDay, Tenant):
    """One row per day of a channel: what the days of all its messages add up to."""


class OfDomain(Table):
    """A mailbox's domain."""

    domain: Text = column("what follows the @; `(none)` where no address is known", key=True)


class DomainReport(Figures, OfChannel, OfDomain, Tenant):
    """One row per mailbox domain: the e-mail sends to it; no addresses."""


LOW = "low end of the difference's 95 % interval (Newcombe 1998, method 10)"
HIGH = "high end of that interval"
P_VALUE = "two-sided p-value of the score test that both rates are equal"


class VariantReport(Tenant):
    """One row per message of a dispatch with several: how it did against the first variant."""

    dispatch_id: Text = column("the dispatch", key=True)
    message_id: Text = column("the message", key=True)
    dispatch_name: Text = column("name of the dispatch")
    message_name: Text = column("name of the message")
    variant: Text = column("which variant it is; the first is that by variant, then message_id")
    sends: Count = column("sends", required=True)
    delivered: Count = column("delivered sends", required=True)
    open_rate: Rate = column("human_unique_opens / delivered")
    open_difference: Rate = column("rate of people's opens less the first variant's")
    open_low: Rate = column(LOW)
    open_high: Rate = column(HIGH)
    open_p_value: Rate = column(P_VALUE)
    click_rate: Rate = column("human_unique_clicks / delivered")
    click_difference: Rate = column("rate of people's clicks less the first variant's")
    click_low: Rate = column(LOW)
    click_high: Rate = column(HIGH)
    click_p_value: Rate = column(P_VALUE)
    conversion_rate: Rate = column("orders / delivered")
    conversion_difference: Rate = column("rate of orders less the first variant's")
    conversion_low: Rate = column(LOW)
    conversion_high: Rate = column(HIGH)
    conversion_p_value: Rate = column(P_VALUE)


class ProviderReport(OfChannel, Tenant):
    """One row per message and day that a provider's own summary is about; never added to ours."""

    message_id: Text = column("the message, in the provider's words", key=True)
    date_day: Day = column("the day; null for a summary of the message's whole life", key=True)
    message_name: Text = column("its name")
    campaign_name: Text = column("name of its campaign")
    sends: Count = column("sends, as the provider counts them")
    delivered: Count = column("delivered sends")
    opens: Count = column("opens")
    unique_opens: Count = column("sends with at least one open")
    clicks: Count = column("clicks")
    unique_clicks: Count = column("sends with at least one click")
    bounced: Count = column("bounced sends")
    unsubscribes: Count = column("unsubscribes")
    complaints: Count = column("complaints")
    delivery_rate: Rate = column("delivered / sends")
    bounce_rate: Rate = column("bounced / sends")
    open_rate: Rate = column("unique_opens / delivered")
    click_rate: Rate = column("unique_clicks / delivered")
    click_to_open_rate: Rate = column("unique_clicks / unique_opens")
    unsubscribe_rate: Rate = column("unsubscribes / delivered")
    complaint_rate: Rate = column("complaints / delivered")
    orders: Count = column("orders that the provider credits")
    revenue: Money = column("their revenue, in the reporting currency; null where no rate is known")
    counted_sends: Count = column("our own count of the message's sends on that day, or at all")
    counted_delivered: Count = column("our own count")
    counted_opens: Count = column("our own count")
    counted_unique_opens: Count = column("our own count")
    counted_clicks: Count = column("our own count")
    counted_unique_clicks: Count = column("our own count")
    counted_bounced: Count = column("our own count")
    counted_unsubscribes: Count = column("our own count")
    counted_complaints: Count = column("our own count")
    attributes: Text = column("JSON object of the summary's custom columns")
