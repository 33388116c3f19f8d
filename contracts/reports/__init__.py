"""Every report table by its group and name."""

from contracts.columns import Table
from contracts.reports import ads
from contracts.reports.attribution import (
    CampaignAttribution,
    ChannelAttribution,
    HoldoutLift,
    OrderTouches,
)
from contracts.reports.campaigns import DeliverySummary, HierarchyReport
from contracts.reports.journeys import ContactJourney, IdentityLinks
from contracts.reports.messaging import (
    CampaignReport,
    DailyReport,
    DispatchReport,
    LinkReport,
    MessageReport,
)
from contracts.reports.people import ContactReport, SegmentReport
from contracts.reports.session_matches import SessionMatches, UtmAudit
from contracts.vocabulary import MESSAGE_CHANNELS

MESSAGING: dict[str, type[Table]] = {
    "campaign_report": CampaignReport,
    "dispatch_report": DispatchReport,
    "message_report": MessageReport,
    "daily_report": DailyReport,
    "link_report": LinkReport,
}
"""The reports that every message channel has."""

REPORTS: dict[tuple[str, str], type[Table]] = {
    **{
        (str(channel), name): table
        for channel in MESSAGE_CHANNELS
        for name, table in MESSAGING.items()
    },
    ("ads", "account_report"): ads.AccountReport,
    ("ads", "campaign_report"): ads.CampaignReport,
    ("ads", "ad_group_report"): ads.AdGroupReport,
    ("ads", "ad_report"): ads.AdReport,
    ("ads", "url_report"): ads.UrlReport,
    ("ads", "campaign_performance"): ads.CampaignPerformance,
    ("ads", "ad_performance"): ads.AdPerformance,
    ("ads", "session_matches"): SessionMatches,
    ("ads", "utm_audit"): UtmAudit,
    ("campaigns", "hierarchy_report"): HierarchyReport,
    ("campaigns", "delivery_summary"): DeliverySummary,
    ("people", "contact_report"): ContactReport,
    ("people", "segment_report"): SegmentReport,
    ("people", "contact_journey"): ContactJourney,
    ("people", "identity_links"): IdentityLinks,
    ("attribution", "order_touches"): OrderTouches,
    ("attribution", "channel_attribution"): ChannelAttribution,
    ("attribution", "campaign_attribution"): CampaignAttribution,
    ("attribution", "holdout_lift"): HoldoutLift,
}
"""Every report table that can be published."""

UNSORTED = frozenset({DeliverySummary})
"""Tables in another order than their key's."""

SCHEMA_VERSION = "1"
"""Raised when a published table changes in a way that its readers would notice."""
