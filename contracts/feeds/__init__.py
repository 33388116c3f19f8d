"""The canonical tables (SPEC §4): what every feed becomes, whatever vendor it came from."""

from contracts.columns import has_unique_key
from contracts.feeds.ad_tables import (
    AdAccounts,
    AdBreakdowns,
    AdCampaigns,
    AdConversions,
    AdCreatives,
    AdGroups,
    AdPortfolios,
    Ads,
    AdStats,
)
from contracts.feeds.base import Feed
from contracts.feeds.contacts import Contacts, ListMembers, Segments
from contracts.feeds.events import Events, EventTypes
from contracts.feeds.messages import Campaigns, Dispatches, Messages, MessageStats, Sends
from contracts.feeds.orders import ExchangeRates, Orders
from contracts.feeds.web import PageViews, Sessions

FEEDS: dict[str, type[Feed]] = {
    "contacts": Contacts,
    "campaigns": Campaigns,
    "segments": Segments,
    "list_members": ListMembers,
    "dispatches": Dispatches,
    "messages": Messages,
    "sends": Sends,
    "message_stats": MessageStats,
    "events": Events,
    "event_types": EventTypes,
    "page_views": PageViews,
    "sessions": Sessions,
    "ad_accounts": AdAccounts,
    "ad_portfolios": AdPortfolios,
    "ad_campaigns": AdCampaigns,
    "ad_groups": AdGroups,
    "ads": Ads,
    "ad_creatives": AdCreatives,
    "ad_stats": AdStats,
    "ad_conversions": AdConversions,
    "ad_breakdowns": AdBreakdowns,
    "orders": Orders,
    "exchange_rates": ExchangeRates,
}
"""Every canonical table by its name."""

HAPPENED_AT: dict[str, tuple[str, ...]] = {
    "events": (Events.occurred_at,),
    "sends": (Sends.sent_at, Sends.created_at),
    "orders": (Orders.ordered_at,),
    "page_views": (PageViews.viewed_at,),
    "sessions": (Sessions.started_at,),
}
"""Table -> the columns that say when a row happened; the first that is filled counts."""


def happened_at(table: str) -> tuple[str, ...]:
    """The columns that say when a row of a table happened, or else was written, in this order."""
    known = FEEDS[table].to_schema().columns
    usual = (AdStats.date_day, Contacts.updated_at, Contacts.created_at)
    return HAPPENED_AT.get(table, tuple(name for name in usual if name in known))


ADDITIVE = frozenset(name for name, table in FEEDS.items() if not has_unique_key(table))
"""Tables whose rows of one key add up instead of superseding one another."""

DERIVED_KEYS = {"events": Events.event_id, "page_views": PageViews.page_view_id}
"""Table -> the key column that is derived from the row's content where a feed has none."""
