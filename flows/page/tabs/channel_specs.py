"""The tables of a message channel's tab: messages, variants, troubles, domains and links.

Their tables are named without the group, which is the channel (`TableSpec.of`).
"""

from collections.abc import Mapping

import polars as pl

from contracts.reports.messaging import (
    DomainReport,
    LinkReport,
    MessageReport,
    ProviderReport,
    VariantReport,
)
from contracts.vocabulary import CHANNEL_ACTIONS, Action
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec

M, V, D, P = MessageReport, VariantReport, DomainReport, ProviderReport
OF_MACHINES = "Where clicks and clicks by people differ, machines clicked. "
"""Of messages of a channel that has clicks."""
MESSAGES = TableSpec(
    "Messages",
    "message_report",
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
    note="Sort by any column.",
)
TROUBLES = TableSpec(
    "Bounces, failures, complaints and unsubscribes",
    "message_report",
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
LINKS = TableSpec(
    "Links",
    "link_report",
    {LinkReport.url: "Link", LinkReport.message_name: "Message"},
    {LinkReport.clicks: "Clicks", LinkReport.unique_clicks: "Sends with a click"},
    LinkReport.unique_clicks,
    bars=(LinkReport.unique_clicks,),
)
VARIANTS = TableSpec(
    "Variants: which won, and whether it is chance",
    "variant_report",
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
DOMAINS = TableSpec(
    "Deliverability by mailbox domain",
    "domain_report",
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
PROVIDER = TableSpec(
    "What the provider says, beside what we count",
    "provider_report",
    {P.message_name: "Message", P.date_day: "Day"},
    {
        P.sends: "Sends",
        P.counted_sends: "We count",
        P.delivered: "Delivered",
        P.counted_delivered: "We count",
        P.unique_opens: "Opens",
        P.counted_unique_opens: "We count",
        P.unique_clicks: "Clicks",
        P.counted_unique_clicks: "We count",
    },
    P.sends,
)


OF_ACTIONS: dict[Action, tuple[str, ...]] = {
    Action.OPENED: (
        *(M.opens, M.unique_opens, M.human_unique_opens),
        *(M.open_rate, M.human_open_rate, M.click_to_open_rate, M.open_rate_of_sends),
        *(V.open_difference, V.open_low, V.open_high, V.open_p_value),
    ),
    Action.CLICKED: (
        *(M.clicks, M.unique_clicks, M.human_unique_clicks),
        *(M.click_rate, M.human_click_rate, M.click_to_open_rate, M.click_rate_of_sends),
        *(V.click_difference, V.click_low, V.click_high, V.click_p_value),
        LinkReport.unique_clicks,
    ),
    Action.BOUNCED: (
        *(M.bounced, M.hard_bounces, M.soft_bounces, M.other_bounces),
        M.bounce_rate,
    ),
    Action.FAILED: (M.failed,),
    Action.REPLIED: (M.replies,),
    Action.UNSUBSCRIBED: (M.unsubscribes, M.unsubscribe_rate),
    Action.COMPLAINED: (M.complaints, M.complaint_rate),
}
"""Action -> the figures that there are only where it is; the first of them counts it."""


COUNTED = {action: figures[0] for action, figures in OF_ACTIONS.items()}


def find_impossible(published: SnapshotTables, channel: str) -> frozenset[str]:
    """The figures that a channel cannot have, and that none of its messages has.

    Args:
        channel: Its group of tables; one of the user's own has whatever its messages have.
    """
    found = (
        published.scan(f"{channel}/message_report")
        .select(pl.col(list(COUNTED.values())).sum())
        .collect()
        .row(0, named=True)
    )
    return list_impossible(channel, found)


def list_impossible(channel: str, counts: Mapping[str, int]) -> frozenset[str]:
    """The figures that a channel cannot have, and of which its messages' counts are 0."""
    possible = next((acts for name, acts in CHANNEL_ACTIONS.items() if name == channel), ())
    return frozenset(
        figure
        for action, figures in OF_ACTIONS.items()
        if action not in possible and not counts[COUNTED[action]]
        for figure in figures
    )
