"""What the ads reports are made from: names as intervals of time, and stats summed by the day.

These are no feeds and no reports: names and parents are filled in, amounts are in one currency.
Stats are figures and numbers alone; the texts stand beside them, once for each thing.
"""

from contracts.columns import Count, Day, FineMoney, Money, Serial, Table, Text, column
from contracts.feeds.ad_tables import LEVELS
from contracts.vocabulary import AdLevel

NAMED_LEVELS = [str(AdLevel.AD), str(AdLevel.CAMPAIGN)]


class AdNames(Table):
    """One row per name of an ad or ad campaign, the days on which it is valid, and is known to be.

    An ad that no table and no stats name is a row without a name. Rows of one id may overlap where
    the day's stats have another name than the tables tell. A name is valid also before its first
    version and after its last stats; there it is only presumed.
    """

    org_id: Text = column("organization", key=True)
    platform: Text = column("ad platform", key=True)
    level: Text = column("what bears the name", key=True, isin=NAMED_LEVELS)
    account_id: Text = column("its account")
    campaign_id: Text = column("the ad campaign, or that of the ad", key=True)
    ad_group_id: Text = column("the ad's ad group")
    ad_id: Text = column("the ad; empty for a campaign", key=True)
    name: Text = column("the name", key=True)
    name_key: Text = column("what two spellings of the name have in common")
    valid_from: Day = column("first day of the name; empty for since ever", key=True)
    valid_until: Day = column("first day after the name; empty for still", key=True)
    known_from: Day = column(
        "first day that a version or stats prove; empty for none: the name is presumed", key=True
    )
    known_until: Day = column("first day after those proven; empty for still", key=True)


class AdEntities(Table):
    """One row per thing that stats are about, under the names and parents that it once bore."""

    entity: Serial = column("its number, within one run", key=True, required=True)
    org_id: Text = column("organization")
    source_relation: Text = column("which connector or file it came from, where only one did")
    platform: Text = column("ad platform")
    level: Text = column("the level at which the platform gave it", isin=LEVELS)
    account_id: Text = column("the account")
    account_name: Text = column("its name on some days")
    campaign_id: Text = column("the ad campaign")
    campaign_name: Text = column("its name on some days")
    ad_group_id: Text = column("the ad group")
    ad_group_name: Text = column("its name on some days")
    ad_id: Text = column("the ad")
    ad_name: Text = column("its name on some days")
    landing_url: Text = column("where the ad led")
    url_tags: Text = column("parameters added to the landing URL")


class DailyStats(Table):
    """One row per day and entity: stats in the reporting currency.

    Of entities that differ in nothing but names and source, one has a row on a day.
    """

    entity: Serial = column("what the figures are of", key=True, required=True)
    date_day: Day = column("the day, as the platform's account reckons it", key=True, required=True)
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: Money = column("spend, rounded here and nowhere else")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value, rounded here and nowhere else")
    attributes: Text = column("JSON object of the feed's custom columns, where its rows agree")
