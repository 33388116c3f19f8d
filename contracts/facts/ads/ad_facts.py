"""What the ads reports are made from: names as intervals of time, stats and sessions by the day.

These are no feeds and no reports: names and parents are filled in, amounts are in one currency.
"""

from contracts.columns import (
    Count,
    Day,
    Exact,
    FineMoney,
    Flag,
    Instant,
    Money,
    Serial,
    SharedText,
    Table,
    Text,
    column,
)
from contracts.vocabulary import AdLevel

NAMED_LEVELS = [str(AdLevel.AD), str(AdLevel.CAMPAIGN)]


class AdNames(Table):
    """One row per name of an ad or ad campaign, the days on which it is valid, and is known to be.

    An ad that no table and no stats name is a row without a name. Rows of one id may overlap where
    the day's stats have another name than the tables have. A name is valid also before its first
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


class NameTables(Table):
    """One row per version of an account, campaign, ad group, ad or creative in its own table.

    Each table fills the columns that it has.
    """

    name_table: SharedText = column("which table of names it is of", key=True)
    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    account_id: SharedText = column("the account", key=True)
    account_name: SharedText = column("its name")
    campaign_id: SharedText = column("the ad campaign", key=True)
    campaign_name: SharedText = column("its name")
    ad_group_id: SharedText = column("the ad group", key=True)
    ad_group_name: SharedText = column("its name")
    ad_id: SharedText = column("the ad", key=True)
    ad_name: SharedText = column("its name")
    creative_id: SharedText = column("the creative, where links are kept apart from ads", key=True)
    landing_url: SharedText = column("where it leads")
    url_tags: SharedText = column("parameters added to the landing URL")
    updated_at: Instant = column("from when the version is valid", key=True)
    version_day: Day = column("the reporting day from which it is valid")
    attributes: Text = column("JSON object of custom columns")


class NameVersions(Table):
    """One row per look-up, id and span of days: what the tables of names say of it.

    An id's spans neither overlap nor leave a gap. Each look-up fills the columns that it is about.
    """

    look_up: Serial = column("which of the look-ups (name_lookup)", key=True, required=True)
    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    entity_id: SharedText = column("the id that is looked up", key=True)
    valid_from: Day = column("first day of the version; empty for since ever", key=True)
    valid_until: Day = column("first day after the version; empty for still")
    account_id: SharedText = column("its account")
    account_name: SharedText = column("its account's name")
    campaign_id: SharedText = column("its ad campaign")
    campaign_name: SharedText = column("its ad campaign's name")
    ad_group_id: SharedText = column("its ad group")
    ad_group_name: SharedText = column("its ad group's name")
    ad_name: SharedText = column("the ad's name")
    creative_id: SharedText = column("the ad's creative, where links are kept apart from ads")
    landing_url: SharedText = column("where it leads")
    url_tags: SharedText = column("parameters added to the landing URL")


class NamedAd(Table):
    """One row per name of an ad or ad campaign, of one level."""

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    account_id: SharedText = column("its account")
    campaign_id: SharedText = column("the ad campaign, or that of the ad", key=True)
    ad_group_id: SharedText = column("the ad's ad group; empty for a campaign")
    ad_id: SharedText = column("the ad; empty for a campaign", key=True)
    name: SharedText = column("the name; empty where none is known", key=True)


class NameSpans(NamedAd):
    """One row per name that stats of an ad or ad campaign, of one level, had: its days."""

    first_day: Day = column("the first of its days")
    last_day: Day = column("the last of its days")


class EntityNames(NamedAd):
    """One row per name of an ad or ad campaign, of one level, and the days of which it is known."""

    valid_from: Day = column("first day of the name; empty for since ever", key=True)
    valid_until: Day = column("first day after the name; empty for still", key=True)
    known_from: Day = column(
        "first day that a version or stats prove; empty for none: the name is presumed", key=True
    )
    known_until: Day = column("first day after those proven; empty for still", key=True)


class AdEntity(Table):
    """One row per account, campaign, ad group or ad, with its parents and their names."""

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    account_id: SharedText = column("the account", key=True)
    account_name: SharedText = column("its name on the day")
    campaign_id: SharedText = column("the ad campaign", key=True)
    campaign_name: SharedText = column("its name on the day")
    ad_group_id: SharedText = column("the ad group", key=True)
    ad_group_name: SharedText = column("its name on the day")
    ad_id: SharedText = column("the ad", key=True)
    ad_name: SharedText = column("its name on the day")


class FeedStats(AdEntity):
    """One row per day, level, entity, landing page and currency of a feed: its rows added up."""

    feed: Serial = column("place of the feed in the configuration", key=True)
    level: SharedText = column("the level at which the platform gave it", key=True)
    landing_url: SharedText = column("where the ad led", key=True)
    currency: SharedText = column("currency of the amounts, where the feed has one", key=True)
    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: FineMoney = column("spend in `currency`")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: FineMoney = column("their value in `currency`")
    first_source_relation: SharedText = column("the first of its connectors or files, as sorted")
    last_source_relation: SharedText = column("the last of them")
    first_attributes: Text = column("the first of its JSON objects of custom columns, as sorted")
    last_attributes: Text = column("the last of them")


class NamedStats(FeedStats):
    """One row per row of `FeedStats`, its names, parents and link filled in as of the day.

    Conversions that a platform gives apart from the clicks are rows of their own.
    """

    url_tags: SharedText = column("parameters added to the landing URL")


class StatsRates(Table):
    """One row per account, currency and day of stats for which there is a rate of exchange."""

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    account_id: SharedText = column("the account", key=True)
    currency: SharedText = column("currency of the stats, where they have one", key=True)
    date_day: Day = column("the day", key=True)
    rate: Exact = column("one unit of the currency in the reporting currency")


class DailyStats(AdEntity):
    """One row per day, feed, level, entity and landing page: stats in the reporting currency."""

    feed: Serial = column("place of the feed in the configuration", key=True)
    level: SharedText = column("the level at which the platform gave it", key=True)
    landing_url: SharedText = column("where the ad led", key=True)
    url_tags: SharedText = column("parameters added to the landing URL", key=True)
    source_relation: SharedText = column("connector or file it came from, where only one did")
    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: Money = column("spend, rounded here and nowhere else")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value, rounded here and nowhere else")
    attributes: Text = column("JSON object of the feed's custom columns, where its rows agree")


class AdEntities(Table):
    """One row per account, campaign, ad group or ad of stats, with its parents and its link."""

    entity: Serial = column("its number, within one run", key=True, required=True)
    org_id: SharedText = column("organization")
    platform: SharedText = column("ad platform")
    account_id: SharedText = column("the account")
    campaign_id: SharedText = column("the ad campaign")
    ad_group_id: SharedText = column("the ad group")
    ad_id: SharedText = column("the ad")
    landing_url: SharedText = column("where it led")
    url_tags: SharedText = column("parameters added to the landing URL")


class AdSpeakers(Table):
    """One row per entity, feed that has rows of it at its own level, and account of those rows.

    The feed speaks for the entity from the first to the last of its days of that level and account.
    """

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    own_level: Count = column("0 account, 1 campaign, 2 ad group, 3 ad", key=True)
    entity_id: SharedText = column("the entity; empty where its rows do not say", key=True)
    entity_account: SharedText = column("its account, where its id is a name", key=True)
    account_id: SharedText = column("account of the rows", key=True)
    feed: Serial = column("place of the feed in the configuration", key=True)
    first_day: Day = column("first day of which it speaks")
    last_day: Day = column("last day of which it speaks")


class PlacedStats(DailyStats):
    """One row per row of `DailyStats`, with the levels that its figures add up to."""

    own_level: Count = column("the level that gave it: 0 account, 1 campaign, 2 ad group, 3 ad")
    top_level: Count = column(
        "the coarsest level to whose figures it is added; 4 where another feed speaks at its own"
    )
    spoken_level: Count = column("the next coarser level that speaks for it; empty for none")
    spoken_feed: Serial = column("the feed that speaks there")
    is_unplaced: Flag = column(
        "whether a level leaves it out because nobody knows its account; the rest above has it"
    )


class NumberedStats(PlacedStats):
    """One row per row of `PlacedStats`, with the number of what it is about."""

    entity: Serial = column("number of its ids and its link", required=True)
