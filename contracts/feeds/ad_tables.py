"""Ads: names valid in time, and the daily stats of every platform.

The four tables of names keep their history: their key includes `updated_at`, and a version is
valid until the next one (the first also for the days before it).
"""

from typing import ClassVar

from contracts.columns import Count, Day, FineMoney, Instant, Text, column
from contracts.feeds.base import ADDS_UP, ANY_OF, ATTRIBUTES, Feed
from contracts.vocabulary import NAME_PATTERN, AdLevel

PLATFORM = "ad platform, or a name of the user's own"
VERSION = "from when this version is valid; the first also before"


class AdAccounts(Feed):
    """One row per version of an ad account."""

    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    account_id: Text = column("the account", key=True, required=True)
    account_name: Text = column("its name")
    currency: Text = column("the currency that the account is billed in")
    timezone: Text = column("the time zone of its days")
    updated_at: Instant = column(VERSION, key=True)
    attributes: Text = column(ATTRIBUTES)


class AdCampaigns(Feed):
    """One row per version of an ad campaign."""

    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    account_id: Text = column("its account", references="ad_accounts.account_id")
    campaign_id: Text = column("the ad campaign", key=True, required=True)
    campaign_name: Text = column("its name")
    status: Text = column("its state, in the platform's words")
    updated_at: Instant = column(VERSION, key=True)
    attributes: Text = column(ATTRIBUTES)


class AdGroups(Feed):
    """One row per version of an ad group (ad set, ad squad, line item)."""

    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    account_id: Text = column("its account", references="ad_accounts.account_id")
    campaign_id: Text = column("its ad campaign", references="ad_campaigns.campaign_id")
    ad_group_id: Text = column("the ad group", key=True, required=True)
    ad_group_name: Text = column("its name")
    updated_at: Instant = column(VERSION, key=True)
    attributes: Text = column(ATTRIBUTES)


class Ads(Feed):
    """One row per version of an ad, or of a campaign where only campaigns are known."""

    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    account_id: Text = column("its account", references="ad_accounts.account_id")
    account_name: Text = column("its account's name")
    campaign_id: Text = column("its ad campaign", key=True, references="ad_campaigns.campaign_id")
    campaign_name: Text = column("its ad campaign's name")
    ad_group_id: Text = column("its ad group", references="ad_groups.ad_group_id")
    ad_group_name: Text = column("its ad group's name")
    ad_id: Text = column("the ad", key=True)
    ad_name: Text = column("its name")
    landing_url: Text = column("where it leads")
    url_tags: Text = column("parameters added to the landing URL; they win over its own")
    updated_at: Instant = column(VERSION, key=True)
    attributes: Text = column(ATTRIBUTES)

    class Config:
        """A row names at least one of these."""

        metadata: ClassVar = {ANY_OF: ("ad_id", "campaign_id")}


class AdPortfolios(Feed):
    """One row per version of a portfolio: campaigns under one budget, as Amazon groups them.

    Its campaigns name it in their attributes, as `portfolio_id`.
    """

    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    account_id: Text = column("its account", references="ad_accounts.account_id")
    portfolio_id: Text = column("the portfolio", key=True, required=True)
    portfolio_name: Text = column("its name", required=True)
    status: Text = column("its state, in the platform's words")
    updated_at: Instant = column(VERSION, key=True)
    attributes: Text = column(ATTRIBUTES)


class AdCreatives(Feed):
    """One row per version of an ad creative, or of one parameter that it adds to its URL.

    For platforms that keep an ad's link apart from the ad: its ads name their creative (or tweet)
    in their attributes.
    """

    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    creative_id: Text = column("the creative", key=True, required=True)
    parameter: Text = column("the URL parameter that the row states, if any", key=True)
    landing_url: Text = column("where it leads")
    url_tags: Text = column("parameters added to the landing URL; they win over its own")
    updated_at: Instant = column(VERSION, key=True)
    attributes: Text = column(ATTRIBUTES)


class AdStats(Feed):
    """One row per delivered figure; rows of one day, platform, level and ids add up."""

    source_relation: Text = column("which connector or file the row came from")
    date_day: Day = column("the day, as the platform's account reckons it", key=True, required=True)
    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    level: Text = column("the finest id given", key=True, isin=AdLevel)
    account_id: Text = column("the account", key=True, references="ad_accounts.account_id")
    account_name: Text = column("its name")
    campaign_id: Text = column("the ad campaign", key=True, references="ad_campaigns.campaign_id")
    campaign_name: Text = column("its name")
    ad_group_id: Text = column("the ad group", key=True, references="ad_groups.ad_group_id")
    ad_group_name: Text = column("its name")
    ad_id: Text = column("the ad", key=True, references="ads.ad_id")
    ad_name: Text = column("its name")
    clicks: Count = column("clicks; 0 where empty", ge=0)
    impressions: Count = column("impressions; 0 where empty", ge=0)
    spend: FineMoney = column("spend in `currency`; 0 where empty")
    conversions: FineMoney = column("conversions that the platform claims; 0 where empty")
    conversions_value: FineMoney = column("their value in `currency`; 0 where empty")
    currency: Text = column("currency of spend and value; the workspace's where empty")
    landing_url: Text = column("where the ad led on that day")
    attributes: Text = column(ATTRIBUTES)

    class Config:
        """A row names at least one of these; rows of one key add up."""

        metadata: ClassVar = {
            ANY_OF: ("account_id", "campaign_id", "ad_group_id", "ad_id"),
            ADDS_UP: True,
        }


class AdConversions(Feed):
    """One row per delivered figure of conversions by name, apart from the clicks; rows add up."""

    date_day: Day = column("the day, as the platform's account reckons it", key=True, required=True)
    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    level: Text = column("the finest id given", key=True, isin=AdLevel)
    account_id: Text = column("the account", key=True, references="ad_accounts.account_id")
    campaign_id: Text = column("the ad campaign", key=True, references="ad_campaigns.campaign_id")
    ad_group_id: Text = column("the ad group", key=True, references="ad_groups.ad_group_id")
    ad_id: Text = column("the ad", key=True, references="ads.ad_id")
    conversion_name: Text = column("the platform's name of the conversion", key=True, required=True)
    conversions: FineMoney = column("how many", required=True)
    conversions_value: FineMoney = column("their value in the account's currency")
    attributes: Text = column(ATTRIBUTES)

    class Config:
        """A row names at least one of these; rows of one key add up."""

        metadata: ClassVar = {
            ANY_OF: ("account_id", "campaign_id", "ad_group_id", "ad_id"),
            ADDS_UP: True,
        }


class AdBreakdowns(Feed):
    """One row per delivered figure of a part of an ad entity, such as a keyword; rows add up.

    What a platform says by keyword, place or device stands beside its ad stats and is never added
    to them.
    """

    date_day: Day = column("the day, as the platform's account reckons it", key=True, required=True)
    platform: Text = column(PLATFORM, key=True, required=True, str_matches=NAME_PATTERN)
    account_id: Text = column("the account", key=True, references="ad_accounts.account_id")
    campaign_id: Text = column("the ad campaign", key=True, references="ad_campaigns.campaign_id")
    ad_group_id: Text = column("the ad group", key=True, references="ad_groups.ad_group_id")
    ad_id: Text = column("the ad", key=True, references="ads.ad_id")
    kind: Text = column(
        "by what the figures are broken down: keyword, search_term, country, region, city, device, "
        "network, age, gender, …",
        key=True,
        required=True,
        str_matches=NAME_PATTERN,
    )
    value: Text = column("which keyword, country, device, …", key=True, required=True)
    match_type: Text = column("how a keyword or search term was matched, in the platform's words")
    clicks: Count = column("clicks; 0 where empty", ge=0)
    impressions: Count = column("impressions; 0 where empty", ge=0)
    spend: FineMoney = column("spend in `currency`; 0 where empty")
    conversions: FineMoney = column("conversions that the platform claims; 0 where empty")
    conversions_value: FineMoney = column("their value in `currency`; 0 where empty")
    currency: Text = column("currency of spend and value; the account's where empty")
    attributes: Text = column(ATTRIBUTES)

    class Config:
        """A row names at least one of these; rows of one key add up."""

        metadata: ClassVar = {
            ANY_OF: ("account_id", "campaign_id", "ad_group_id", "ad_id"),
            ADDS_UP: True,
        }
