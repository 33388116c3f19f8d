"""Every report table once: its contract, its builder, and the feeds that make it exist.

A table is added with one line here, a contract in contracts/reports whose class bears the table's
name, a builder in transforms that a step calls, and a test that names the builder. Both are given
by their place: a contract is imported when it is asked for, so that a command that only lists
tables starts at once; the builder's place is for who reads this, and a test holds it true.
"""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.columns import Table

EVERY_CHANNEL = "<channel>"
"""The group of the tables that every message channel has, the user's own channels too."""

MESSAGES = ("sends", "events")
ADS = ("ads", "ad_stats")
WEB = ("sessions", "page_views")
CONTACTS = ("contacts",)


@dataclass(frozen=True)
class ReportTable:
    """One report table.

    Attributes:
        group: Its folder in a snapshot, or EVERY_CHANNEL.
        contract_place: `module:class` of its contract in contracts.reports.
        builder_place: `module:function`, in transforms, of what a step builds it with.
        feeds: It exists where of each of these groups of canonical tables one is configured.
        is_sorted: Whether its rows stand in the order of its key.
        is_dataset: Whether it is a folder of parts, be it one: each in the order of its key, and in
            the order of their names together by time.
        is_named_by_user: Whether it is a folder with a table for each name in the configuration.
    """

    group: str
    name: str
    contract_place: str
    builder_place: str
    feeds: tuple[tuple[str, ...], ...]
    is_sorted: bool = True
    is_dataset: bool = False
    is_named_by_user: bool = False

    @property
    def label(self) -> str:
        """`group/name`, as people call the table."""
        return f"{self.group}/{self.name}"

    @property
    def contract(self) -> "type[Table]":
        """The Pandera model of its rows."""
        module, name = self.contract_place.split(":")
        return getattr(import_module(f"contracts.reports.{module}"), name)

    @property
    def needs(self) -> str:
        """The feeds that make the table exist, in words."""
        needed = [f"a feed of {' or '.join(group)}" for group in self.feeds]
        return " and ".join([*needed, "a run"])

    def is_given_by(self, configured: Collection[str]) -> bool:
        """Whether feeds of these canonical tables make the table exist (SPEC §3)."""
        return all(any(table in configured for table in group) for group in self.feeds)


def _of_channel(
    name: str,
    contract: str,
    builder: str,
    group: str = EVERY_CHANNEL,
    feeds: tuple[str, ...] = MESSAGES,
) -> ReportTable:
    """A table that every message channel has, or the one that is given as its group."""
    return ReportTable(group, name, f"messaging:{contract}", f"reports.{builder}", (feeds,))


def _of_ads(name: str, contract: str, builder: str) -> ReportTable:
    return ReportTable("ads", name, contract, builder, (ADS,))


def _of_people(
    name: str, contract: str, builder: str, *feeds: tuple[str, ...], **is_so: bool
) -> ReportTable:
    return ReportTable("people", name, contract, builder, feeds, **is_so)


def _of_orders(name: str, contract: str, builder: str) -> ReportTable:
    return ReportTable("attribution", name, f"attribution:{contract}", builder, (("orders",),))


REPORT_TABLES: tuple[ReportTable, ...] = (
    _of_channel("campaign_report", "CampaignReport", "messaging:report_campaigns"),
    _of_channel("dispatch_report", "DispatchReport", "messaging:report_dispatches"),
    _of_channel("message_report", "MessageReport", "messaging:report_messages"),
    _of_channel("daily_report", "DailyReport", "message_days:report_days"),
    _of_channel("channel_report", "ChannelReport", "message_days:report_channel"),
    _of_channel("link_report", "LinkReport", "messaging:report_links"),
    _of_channel("variant_report", "VariantReport", "variants:compare_variants"),
    _of_channel(
        "provider_report",
        "ProviderReport",
        "provider_stats:report_providers",
        feeds=("message_stats",),
    ),
    _of_channel("domain_report", "DomainReport", "mailbox_domains:report_domains", group="email"),
    _of_ads("account_report", "ads:AccountReport", "reports.ads:make_level_report"),
    _of_ads("campaign_report", "ads:AdCampaignReport", "reports.ads:make_level_report"),
    _of_ads("ad_group_report", "ads:AdGroupReport", "reports.ads:make_level_report"),
    _of_ads("ad_report", "ads:AdReport", "reports.ads:make_level_report"),
    _of_ads("url_report", "ads:UrlReport", "reports.ads:make_url_report"),
    _of_ads("breakdown_report", "ads:BreakdownReport", "reports.ad_breakdowns:report_breakdowns"),
    _of_ads("spend_sources", "ads:SpendSources", "reports.spend_sources:report_spend_sources"),
    _of_ads(
        "campaign_performance", "ads:CampaignPerformance", "reports.ad_performance:make_performance"
    ),
    _of_ads("ad_performance", "ads:AdPerformance", "reports.ad_performance:make_performance"),
    _of_ads(
        "session_matches", "session_matches:SessionMatches", "reports.session_matches:list_matches"
    ),
    _of_ads("utm_audit", "session_matches:UtmAudit", "matching.utm_audit:audit_utm"),
    ReportTable(
        "campaigns",
        "hierarchy_report",
        "campaigns:HierarchyReport",
        "reports.campaigns:report_hierarchy",
        (("campaigns", "dispatches", "messages", "sends", "events"),),
    ),
    ReportTable(
        "campaigns",
        "delivery_summary",
        "campaigns:DeliverySummary",
        "reports.campaigns:summarize_deliveries",
        (("campaigns",),),
        is_sorted=False,
    ),
    _of_people(
        "contact_report", "people:ContactReport", "reports.people:report_contacts", CONTACTS
    ),
    _of_people(
        "subscriptions",
        "people:Subscriptions",
        "people.subscriptions:report_subscriptions",
        CONTACTS,
        MESSAGES,
    ),
    _of_people(
        "list_growth",
        "people:ListGrowth",
        "people.subscriptions:report_list_growth",
        CONTACTS,
        MESSAGES,
    ),
    _of_people(
        "segment_report", "people:SegmentReport", "reports.people:report_segments", ("segments",)
    ),
    _of_people(
        "contact_journey",
        "journeys:ContactJourney",
        "people.journeys:build_journey",
        CONTACTS,
        is_dataset=True,
    ),
    _of_people(
        "identity_links",
        "journeys:IdentityLinks",
        "activities.identity:link_identities",
        CONTACTS,
        (*WEB, "events", "orders"),
    ),
    _of_people(
        "audiences",
        "people:Audience",
        "people.audiences:select_audience",
        CONTACTS,
        is_named_by_user=True,
    ),
    _of_orders("order_touches", "OrderTouches", "attribution.credit_orders:credit_orders"),
    _of_orders(
        "channel_attribution",
        "ChannelAttribution",
        "reports.attribution:report_channel_attribution",
    ),
    _of_orders(
        "campaign_attribution",
        "CampaignAttribution",
        "reports.attribution:report_campaign_attribution",
    ),
    _of_orders("paths", "Paths", "attribution.paths:add_up_paths"),
    _of_orders("holdout_lift", "HoldoutLift", "attribution.holdouts:report_holdout_lift"),
    ReportTable("run", "feeds", "run_tables:RunFeeds", "reports.run_feeds:report_feeds", ()),
    ReportTable(
        "run", "changes", "run_tables:RunChanges", "reports.run_changes:explain_changes", ()
    ),
)
"""Every report table that can be published, in the order of the data dictionary."""

_PLACES = {(table.group, table.name): table for table in REPORT_TABLES}
FIXED_GROUPS = frozenset(table.group for table in REPORT_TABLES) - {EVERY_CHANNEL, "email"}
"""The groups that are not message channels."""


def find_table(group: str, name: str) -> ReportTable:
    """The registered table that a group's table is.

    Args:
        group: A group of a snapshot; any but the fixed ones is a message channel, and a channel
            may be of the user's own.
        name: The table's name; `audiences/vip` is found as `audiences`.

    Raises:
        KeyError: No such table is registered.
    """
    stem = name.split("/", maxsplit=1)[0]
    channel = group if group in FIXED_GROUPS else EVERY_CHANNEL
    return _PLACES.get((group, stem)) or _PLACES[channel, stem]
