"""Ads reports: the columns of dbt ad_reporting, then ours; and spend beside sessions.

A report's columns are those of its level, of every coarser level before it, and its figures after
them: each stands here once, and a report names the parts that it is made of, the last first.
"""

from contracts.columns import Count, Day, FineMoney, Money, Rate, Table, Text, column
from contracts.vocabulary import AdLevel

NO_CAMPAIGN_MATCHED = "(no campaign matched)"
"""The campaign name of sessions of which only the platform is known."""

NOT_AT_AD_LEVEL = "(not served at ad level)"
"""The ad name of what is known of a campaign but of none of its ads."""

NOT_AT_CAMPAIGN_LEVEL = "(not served at campaign level)"
"""The campaign name of what is known of an account but of none of its campaigns."""

ORG = "organization"
PLATFORM = "ad platform"
NAME = "its name on that day"
CURRENCY = "the reporting currency"


class OfAccount(Table):
    """One row per ad account."""

    source_relation: Text = column("connector or file it came from, where only one did")
    date_day: Day = column("day, as the platform's account reckons it")
    platform: Text = column(PLATFORM)
    account_id: Text = column("the account", references="ad_accounts.account_id")
    account_name: Text = column(NAME)


class OfCampaign(OfAccount):
    """One row per ad campaign."""

    campaign_id: Text = column("the ad campaign", references="ad_campaigns.campaign_id")
    campaign_name: Text = column(NAME)


class OfAdGroup(OfCampaign):
    """One row per ad group."""

    ad_group_id: Text = column("the ad group", references="ad_groups.ad_group_id")
    ad_group_name: Text = column(NAME)


class OfAd(OfAdGroup):
    """One row per ad."""

    ad_id: Text = column("the ad", references="ads.ad_id")
    ad_name: Text = column(NAME)


class OfUrl(OfAdGroup):
    """One row per landing page."""

    base_url: Text = column("landing URL without query and fragment; empty for ads without one")
    url_host: Text = column("its host")
    url_path: Text = column("its path")
    utm_source: Text = column("utm_source of the ad's URL tags, or else of the URL")
    utm_medium: Text = column("utm_medium, likewise")
    utm_campaign: Text = column("utm_campaign, likewise")
    utm_content: Text = column("utm_content, likewise")
    utm_term: Text = column("utm_term, likewise")


class Delivered(Table):
    """One row per day: what the platform says it delivered."""

    clicks: Count = column("clicks; empty where no file has them, as all metrics")
    impressions: Count = column("impressions")
    spend: Money = column("spend in `currency`")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("value of those conversions in `currency`")
    org_id: Text = column(ORG)
    currency: Text = column(CURRENCY)
    ad_stats_key: Text = column("day and id, within organization, platform, account", key=True)
    attributes: Text = column("JSON object of custom columns")


class AccountReport(Delivered, OfAccount):
    """One row per day and ad account."""


class AdCampaignReport(Delivered, OfCampaign):
    """One row per day and ad campaign."""


class AdGroupReport(Delivered, OfAdGroup):
    """One row per day and ad group."""


class AdReport(Delivered, OfAd):
    """One row per day and ad."""


class UrlReport(Delivered, OfUrl):
    """One row per day, ad group and landing page with its utm parameters."""


class PerformanceOfCampaign(Table):
    """One row per day and ad campaign."""

    org_id: Text = column(ORG, key=True)
    date_day: Day = column("day of the stats, or of the sessions' start", key=True)
    platform: Text = column(PLATFORM, key=True)
    account_id: Text = column("the account", key=True, references="ad_accounts.account_id")
    account_name: Text = column(NAME)
    campaign_id: Text = column(
        "the ad campaign; empty where only the platform or account is known",
        key=True,
        references="ad_campaigns.campaign_id",
    )
    campaign_name: Text = column(
        f"its name on that day, `{NOT_AT_CAMPAIGN_LEVEL}` or `{NO_CAMPAIGN_MATCHED}`"
    )


class PerformanceOfAd(PerformanceOfCampaign):
    """One row per day and ad."""

    ad_group_id: Text = column("the ad group", key=True, references="ad_groups.ad_group_id")
    ad_group_name: Text = column(NAME)
    ad_id: Text = column("the ad; empty for the campaign's rest", key=True, references="ads.ad_id")
    ad_name: Text = column(f"its name on that day, or `{NOT_AT_AD_LEVEL}`")


class Performed(Table):
    """One row per day: what was spent, and what came of it."""

    impressions: Count = column("impressions")
    clicks: Count = column("clicks")
    spend: Money = column(
        "spend in `currency`; empty where none is known, as are the platform's other figures: on "
        "days before its first stats and after its last, for one"
    )
    sessions: Count = column("sessions that started on the day")
    session_contacts: Count = column(
        "distinct contacts whom those sessions name themselves, not by their device"
    )
    reported_conversions: FineMoney = column("conversions that the platform claims")
    reported_conversions_value: Money = column("value of those conversions in `currency`")
    orders: Count = column("orders whose last touch it was; empty without attribution")
    revenue: Money = column("their revenue in `currency`; empty without attribution")
    ctr: Rate = column("clicks / impressions")
    cpc: Rate = column("spend / clicks")
    cpm: Rate = column("spend / impressions * 1000")
    cost_per_session: Rate = column("spend / sessions")
    cost_per_order: Rate = column("spend / orders")
    roas: Rate = column("revenue / spend")
    reported_roas: Rate = column("reported_conversions_value / spend")
    over_claim_ratio: Rate = column("reported_conversions / orders")
    currency: Text = column(CURRENCY)


class CampaignPerformance(Performed, PerformanceOfCampaign):
    """One row per day and ad campaign: what it cost beside the sessions that it brought."""


class AdPerformance(Performed, PerformanceOfAd):
    """One row per day and ad, and per campaign for what is known of none of its ads."""


class SpendSources(Table):
    """One row per account, level and feed: what the feed says was spent, and what became of it."""

    org_id: Text = column(ORG, key=True)
    platform: Text = column(PLATFORM, key=True)
    account_id: Text = column("the account", key=True, references="ad_accounts.account_id")
    level: Text = column("the level of the feed's rows", key=True, isin=AdLevel)
    feed: Text = column("the feed, by its name in messages", key=True)
    first_day: Day = column("first day of its rows: from here it speaks for their entities")
    last_day: Day = column("last day of its rows: until here")
    entities: Count = column("accounts, campaigns, ad groups or ads that it has")
    spend: Money = column("what its rows of this level come to, in `currency`; empty if unknown")
    spend_used: Money = column("what of it is in the accounts' figures")
    spend_unplaced: Money = column("what of it has an unknown account and is not added")
    spend_of_level_below: Money = column(
        "spend of what lies below the entities for which it speaks; empty where nothing does"
    )
    difference: Money = column("its spend of those entities and days, less that")
    currency: Text = column(CURRENCY)


class BreakdownReport(Table):
    """One row per day, ad entity, kind and value of what a platform breaks down; never added up.

    An entity's keywords, countries and devices are views of the same spend.
    """

    org_id: Text = column(ORG, key=True)
    date_day: Day = column("day, as the platform's account reckons it", key=True)
    platform: Text = column(PLATFORM, key=True)
    account_id: Text = column("the account", key=True, references="ad_accounts.account_id")
    account_name: Text = column(NAME)
    campaign_id: Text = column("the ad campaign", key=True, references="ad_campaigns.campaign_id")
    campaign_name: Text = column(NAME)
    ad_group_id: Text = column("the ad group", key=True, references="ad_groups.ad_group_id")
    ad_group_name: Text = column(NAME)
    ad_id: Text = column("the ad", key=True, references="ads.ad_id")
    ad_name: Text = column(NAME)
    kind: Text = column("by what it is broken down: keyword, country, device, …", key=True)
    value: Text = column("which keyword, country, device, …", key=True)
    match_type: Text = column("how a keyword was matched, where its rows agree")
    clicks: Count = column("clicks; empty where no file has them, as all metrics")
    impressions: Count = column("impressions")
    spend: Money = column("spend in `currency`; empty where its currency has no rate on the day")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("value of those conversions in `currency`")
    ctr: Rate = column("clicks / impressions")
    cpc: Rate = column("spend / clicks")
    cpm: Rate = column("spend / impressions * 1000")
    reported_roas: Rate = column("conversions_value / spend")
    spend_share: Rate = column("spend / the spend of the entity on that day")
    currency: Text = column(CURRENCY)
    attributes: Text = column("JSON object of custom columns, where its rows agree")
