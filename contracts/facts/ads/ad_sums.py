"""What the ads reports add up: stats by level and landing page, and the sessions beside them."""

from contracts.columns import (
    Count,
    Day,
    FineMoney,
    Flag,
    Hash,
    Money,
    Serial,
    SharedText,
    Table,
    Text,
    column,
)
from contracts.facts.ads.ad_entities import AdEntity


class LevelComparisons(Table):
    """One row per entity that a feed speaks for and that has stats below: what both come to.

    Of the days of which something lies below.
    """

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    own_level: Count = column("0 account, 1 campaign, 2 ad group", key=True)
    entity_id: SharedText = column("the entity", key=True)
    entity_account: SharedText = column("its account, where its id is a name", key=True)
    account_id: SharedText = column("account of its rows")
    feed: Serial = column("place of the feed in the configuration", key=True)
    spend: Money = column("what the feed says of it")
    spend_below: Money = column("what lies below it adds up to")


class SessionPlaces(Table):
    """One row per ad, ad campaign or platform that sessions came from."""

    place: Serial = column("its number, within one run", key=True, required=True)
    org_id: SharedText = column("organization")
    platform: SharedText = column("ad platform")
    account_id: SharedText = column("ad account of its campaign")
    campaign_id: SharedText = column("ad campaign, where known")
    ad_group_id: SharedText = column("ad group of its ad")
    ad_id: SharedText = column("ad, where known")


class LinkPlaces(Table):
    """One row per link by which sessions of ad platforms came: where these came from."""

    link: Serial = column("number of the link", key=True, required=True)
    place: Serial = column("number of the place", required=True)


class AdContactSessions(Table):
    """One row per place, day and contact: how many sessions came, and what they brought."""

    place: Serial = column("where they came from", key=True, required=True)
    date_day: Day = column("day of their start", key=True)
    contact_key: Hash = column("a hash of the contact; empty where unknown", key=True)
    sessions: Count = column("sessions")
    orders: Count = column("orders whose last touch they were; empty without attribution")
    revenue: Money = column("the orders' revenue; empty without attribution")


class SessionCounts(AdEntity):
    """One row per place and day: its sessions, beside the entity in whose row they belong."""

    place: Serial = column("where they came from", required=True)
    date_day: Day = column("day of their start", key=True)
    sessions: Count = column("sessions")
    orders: Count = column("orders whose last touch they were; empty without attribution")
    revenue: Money = column("the orders' revenue; empty without attribution")


class EntityGroups(Table):
    """One row per entity of stats: to what of a report its figures are added."""

    entity: Serial = column("number of the entity", key=True, required=True)
    group_number: Serial = column("its place among those of the report", required=True)
    own_level: Count = column("the level that gave it: 0 account, 1 campaign, 2 ad group, 3 ad")


class LevelGroups(AdEntity, EntityGroups):
    """One row per entity of stats: to what of a report its figures are added, and what that is."""

    group_key: Text = column("what tells it apart, as one text by which it is sorted")


class LandingPages(Table):
    """One row per landing page with utm parameters."""

    base_url: SharedText = column("landing URL without query and fragment")
    url_host: SharedText = column("its host")
    url_path: SharedText = column("its path")
    utm_source: SharedText = column("utm_source of the ad's URL tags, or else of the URL")
    utm_medium: SharedText = column("utm_medium, likewise")
    utm_campaign: SharedText = column("utm_campaign, likewise")
    utm_content: SharedText = column("utm_content, likewise")
    utm_term: SharedText = column("utm_term, likewise")


class UrlGroups(LandingPages, LevelGroups):
    """One row per entity of stats: to which page of which ad group its figures are added."""


class RenamedDays(AdEntity):
    """One row per group and day, of groups whose parents or names are not the same on all days."""

    group_number: Serial = column("the group", key=True, required=True)
    date_day: Day = column("the day", key=True)
    text_number: Serial = column("number of the ids and names of the day", required=True)


class LevelTexts(AdEntity):
    """One row per group of a report, and per set of names where these change: its texts.

    What is of no known entity is told apart by the coarser ids. Finer ids and names are empty.
    """

    text_number: Serial = column("its number, within one run", key=True, required=True)
    group_key: Text = column("what tells the group apart, as one text")


class UrlTexts(LandingPages, LevelTexts):
    """One row per ad group and landing page with utm parameters, and per set of names."""


class LevelSums(Table):
    """One row per day and group of a report of one level, or of landing pages: its figures."""

    group_number: Serial = column("its place among those of the report", key=True, required=True)
    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    text_number: Serial = column("number of its texts", required=True)
    source_relation: SharedText = column("connector or file it came from, where only one did")
    clicks: Count = column("clicks; empty where no row has them, as all metrics")
    impressions: Count = column("impressions")
    spend: Money = column("spend in the reporting currency")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value in the reporting currency")
    attributes: Text = column("JSON object of the feed's custom columns, where its rows agree")
    is_own: Flag = column("whether all of its rows are of its own level")


class PerformanceGroups(Table):
    """One row per ad, campaign or account of a performance table, in the order of its texts."""

    group_number: Serial = column("its place", key=True, required=True)
    campaign_number: Serial = column("that of its campaign, or of its account alone")
    org_number: Serial = column("that of its organization")
    org_id: SharedText = column("organization")
    platform: SharedText = column("ad platform")
    account_id: SharedText = column("the account")
    campaign_id: SharedText = column("the ad campaign; empty for what is left of an account")
    ad_group_id: SharedText = column("the ad group")
    ad_id: SharedText = column("the ad; empty for what is left of a campaign")


class EntityPlaces(Table):
    """One row per entity of stats: its place in a performance table, and those of its parents."""

    entity: Serial = column("number of the entity", key=True, required=True)
    ad_number: Serial = column("its place as an ad; empty in the table of campaigns")
    campaign_number: Serial = column("that of its campaign")
    account_number: Serial = column("that of its account")


class PerformanceParts(Table):
    """One row per entity of stats and row of a performance table that it is added to, or taken off.

    Names are those that the row has of it.
    """

    entity: Serial = column("number of the entity", key=True, required=True)
    group_number: Serial = column("place of the row's ad, campaign or account", key=True)
    account_name: SharedText = column("the account's name")
    campaign_name: SharedText = column("the ad campaign's name")
    ad_group_name: SharedText = column("the ad group's name")
    ad_name: SharedText = column("the ad's name")
    rows_taken_off: Count = column("1 where its figures are taken off; empty where they are added")


class PerformanceSums(Table):
    """One row per day and ad, campaign or account: its spend beside its sessions."""

    group_number: Serial = column(
        "its place in the order of the table's texts", key=True, required=True
    )
    campaign_number: Serial = column("that of its campaign, or of its account", required=True)
    org_number: Serial = column("that of its organization", required=True)
    date_day: Day = column("day of the stats, or of the sessions' start", key=True)
    account_name: SharedText = column("the account's name on the day")
    campaign_name: SharedText = column("the ad campaign's name on the day")
    ad_group_name: SharedText = column("the ad group's name on the day")
    ad_name: SharedText = column("the ad's name on the day")
    clicks: Count = column("clicks; empty where none are known, as all metrics")
    impressions: Count = column("impressions")
    spend: Money = column("spend in the reporting currency")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value in the reporting currency")
    sessions: Count = column("sessions that started on the day")
    session_contacts: Count = column("distinct contacts whom those sessions name")
    orders: Count = column("orders whose last touch they were; empty without attribution")
    revenue: Money = column("the orders' revenue; empty without attribution")


class UngivenMetrics(Table):
    """One row per campaign: which metrics its stats, or else its platform's, lack on all days.

    Also of which days its platform has stats at all: of others nothing is known.
    """

    campaign_number: Serial = column("its place, or that of its account", key=True, required=True)
    no_clicks: Flag = column("whether none has clicks")
    no_impressions: Flag = column("whether none has impressions")
    no_spend: Flag = column("whether none has spend")
    no_conversions: Flag = column("whether none has conversions")
    no_conversions_value: Flag = column("whether none has their value")
    first_day: Day = column("first day of its platform's stats")
    last_day: Day = column("last day of its platform's stats")
    first_delivered: Day = column("first day with more than conversions")
    last_delivered: Day = column("last day with more than conversions")


class GroupSpend(Table):
    """One row per group of a performance table of ads and some days: what it cost on them."""

    group_number: Serial = column("its place", key=True, required=True)
    campaign_name: SharedText = column("the last of its names, as sorted")
    ad_name: SharedText = column("the last of its names, as sorted")
    spend: Money = column("spend in the reporting currency")
    first_day: Day = column("first day with spend above 0")
    last_day: Day = column("last day with spend above 0")


class AdSpend(Table):
    """One row per ad, and per campaign or account for what is left of it: its spend in all."""

    org_id: Text = column("organization", key=True)
    platform: Text = column("ad platform", key=True)
    campaign_id: Text = column("the ad campaign; empty for what is left of an account", key=True)
    campaign_name: Text = column("the last of its names, as sorted")
    ad_id: Text = column("the ad; empty for what is left of a campaign", key=True)
    ad_name: Text = column("the last of its names, as sorted")
    spend: Money = column("spend in the reporting currency")
    first_day: Day = column("first day with spend above 0")
    last_day: Day = column("last day with spend above 0")


class NamedBreakdowns(AdEntity):
    """One row per row of `ad_breakdowns`, its names and parents filled in as of the day."""

    date_day: Day = column("the day, as the platform's account reckons it")
    kind: SharedText = column("by what it is broken down")
    value: SharedText = column("which keyword, country, device, …")
    match_type: SharedText = column("how a keyword was matched")
    currency: SharedText = column("currency of the amounts, where the feed has one")
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: FineMoney = column("spend in `currency`")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: FineMoney = column("their value in `currency`")
    attributes: Text = column("JSON object of custom columns")


class BreakdownSums(AdEntity):
    """One row per day, entity, kind and value: figures in the reporting currency."""

    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    kind: SharedText = column("by what it is broken down", key=True)
    value: SharedText = column("which keyword, country, device, …", key=True)
    match_type: SharedText = column("how a keyword was matched, where its rows agree")
    clicks: Count = column("clicks; empty where no row has them, as all metrics")
    impressions: Count = column("impressions")
    spend: Money = column("spend; empty where its currency has no rate on the day")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value in the reporting currency")
    entity_spend: Money = column("what the entity cost on that day; empty where it has no stats")
    attributes: Text = column("JSON object of custom columns, where its rows agree")
