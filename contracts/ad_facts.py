"""What the ads reports are made from: names as intervals of time, and stats summed by the day.

These are no feeds and no reports: names and parents are filled in, amounts are in one currency.
"""

from contracts.columns import Count, Day, FineMoney, Money, Table, Text, column
from contracts.feeds.ads import LEVELS
from contracts.vocabulary import AdLevel

NAMED_LEVELS = [str(AdLevel.AD), str(AdLevel.CAMPAIGN)]


class AdNames(Table):
    """One row per name of an ad or ad campaign and the days on which it bore it.

    An ad that no table and no stats name is a row without a name. Rows of one id may overlap where
    the day's stats bore another name than the tables tell.
    """

    org_id: Text = column("organization", key=True)
    platform: Text = column("ad platform", key=True)
    level: Text = column("what bears the name", key=True, isin=NAMED_LEVELS)
    account_id: Text = column("its account")
    campaign_id: Text = column("the ad campaign, or that of the ad", key=True)
    ad_group_id: Text = column("the ad's ad group")
    ad_id: Text = column("the ad; empty for a campaign", key=True)
    name: Text = column("the name", key=True)
    valid_from: Day = column("first day of the name; empty for since ever", key=True)
    valid_until: Day = column("first day after the name; empty for still", key=True)


class DailyStats(Table):
    """One row per day, platform, level, ids and landing page: stats in the reporting currency."""

    org_id: Text = column("organization", key=True)
    source_relation: Text = column("which connector or file it came from, where only one did")
    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    platform: Text = column("ad platform", key=True)
    level: Text = column("the level at which the platform gave it", key=True, isin=LEVELS)
    account_id: Text = column("the account", key=True)
    account_name: Text = column("its name on that day")
    campaign_id: Text = column("the ad campaign", key=True)
    campaign_name: Text = column("its name on that day")
    ad_group_id: Text = column("the ad group", key=True)
    ad_group_name: Text = column("its name on that day")
    ad_id: Text = column("the ad", key=True)
    ad_name: Text = column("its name on that day")
    landing_url: Text = column("where the ad led", key=True)
    url_tags: Text = column("parameters added to the landing URL", key=True)
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: Money = column("spend, rounded here and nowhere else")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value, rounded here and nowhere else")
    attributes: Text = column("JSON object of the feed's custom columns, where its rows agree")
