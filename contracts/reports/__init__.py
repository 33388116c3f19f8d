"""Every report table by its group and name."""

from contracts.columns import Table
from contracts.reports.campaigns import DeliverySummary, HierarchyReport
from contracts.reports.messaging import (
    CampaignReport,
    DailyReport,
    DispatchReport,
    LinkReport,
    MessageReport,
)
from contracts.reports.people import ContactReport, SegmentReport
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
    ("campaigns", "hierarchy_report"): HierarchyReport,
    ("campaigns", "delivery_summary"): DeliverySummary,
    ("people", "contact_report"): ContactReport,
    ("people", "segment_report"): SegmentReport,
}
"""Every report table that can be published."""

UNSORTED = frozenset({("campaigns", "delivery_summary")})
"""Tables in another order than their key's."""

SCHEMA_VERSION = "1"
"""Raised when a published table changes in a way that its readers would notice."""
