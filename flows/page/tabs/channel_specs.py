"""The tables of a message channel's tab: messages, variants, troubles, domains and links."""

import polars as pl

from contracts.reports.messaging import (
    DomainReport,
    LinkReport,
    MessageReport,
    ProviderReport,
    VariantReport,
)
from flows.page.tables import TableSpec

M, V, D, P = MessageReport, VariantReport, DomainReport, ProviderReport
OF_MACHINES = "Where clicks and clicks by people differ, machines clicked. "


def show_messages(channel: str, *, has_clicks: bool) -> TableSpec:
    """The messages of a channel, with what people did."""
    return TableSpec(
        "Messages",
        f"{channel}/message_report",
        {M.message_name: "Message", M.campaign_name: "Campaign"},
        {
            M.delivered: "Delivered",
            M.unique_opens: "Opens",
            M.human_unique_opens: "By people",
            M.unique_clicks: "Clicks",
            M.human_unique_clicks: "By people",
            M.human_click_rate: "Clicked by people",
            M.conversion_rate: "Ordered",
            M.revenue_per_recipient: "Revenue per recipient",
        },
        M.human_click_rate,
        bars=(M.human_click_rate,),
        note=f"{OF_MACHINES if has_clicks else ''}Sort by any column.",
    )


def show_troubles(channel: str) -> TableSpec:
    """What went wrong with its messages."""
    return TableSpec(
        "Bounces, failures, complaints and unsubscribes",
        f"{channel}/message_report",
        {M.message_name: "Message", M.campaign_name: "Campaign"},
        {
            M.bounced: "Bounced",
            M.hard_bounces: "Hard",
            M.soft_bounces: "Soft",
            M.other_bounces: "Other",
            M.failed: "Failed",
            M.bounce_rate: "Bounced, of sends",
            M.complaints: "Complaints",
            M.complaint_rate: "Complained",
            M.unsubscribes: "Unsubscribes",
            M.unsubscribe_rate: "Unsubscribed",
        },
        M.bounced,
        bars=(M.bounce_rate,),
        only=pl.sum_horizontal(M.bounced, M.failed, M.complaints, M.unsubscribes) > 0,
    )


def show_links(channel: str) -> TableSpec:
    """Its links, the most clicked first."""
    return TableSpec(
        "Links",
        f"{channel}/link_report",
        {LinkReport.url: "Link", LinkReport.message_name: "Message"},
        {LinkReport.clicks: "Clicks", LinkReport.unique_clicks: "Sends with a click"},
        LinkReport.unique_clicks,
        bars=(LinkReport.unique_clicks,),
    )


def show_variants(channel: str) -> TableSpec:
    """Its variants, beside the first of each dispatch."""
    return TableSpec(
        "Variants: which won, and whether it is chance",
        f"{channel}/variant_report",
        {V.dispatch_name: "Dispatch", V.message_name: "Message", V.variant: "Variant"},
        {
            V.delivered: "Delivered",
            V.open_rate: "Opened",
            V.open_difference: "Difference",
            V.open_p_value: "p (opens)",
            V.click_rate: "Clicked",
            V.click_difference: "Difference",
            V.click_low: "At least",
            V.click_high: "At most",
            V.click_p_value: "p (clicks)",
            V.conversion_rate: "Converted",
            V.conversion_difference: "Difference",
            V.conversion_p_value: "p (orders)",
        },
        V.dispatch_id,
        bars=(V.click_rate,),
        note="Differences are to the dispatch's first variant, with their 95 % interval; a p below "
        "0.05 is rarely chance.",
    )


def show_domains(channel: str) -> TableSpec:
    """Mailbox domains, and how its e-mails fared there."""
    return TableSpec(
        "Deliverability by mailbox domain",
        f"{channel}/domain_report",
        {D.domain: "Domain"},
        {
            D.sends: "Sends",
            D.delivery_rate: "Delivered",
            D.bounce_rate: "Bounced",
            D.human_open_rate: "Opened by people",
            D.complaint_rate: "Complained",
        },
        D.sends,
        bars=(D.delivery_rate,),
    )


def show_provider(channel: str) -> TableSpec:
    """What a provider says, beside what is counted."""
    return TableSpec(
        "What the provider says, beside what we count",
        f"{channel}/provider_report",
        {P.message_name: "Message", P.date_day: "Day"},
        {
            P.sends: "Sends",
            P.counted_sends: "We count",
            P.delivered: "Delivered",
            P.counted_delivered: "We count",
            P.unique_opens: "Opens",
            P.unique_clicks: "Clicks",
        },
        P.sends,
    )
