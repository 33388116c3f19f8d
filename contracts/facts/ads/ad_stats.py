"""Ad stats by the day: rows of numbers, under the number of what they are about (`ad_entities`)."""

from contracts.columns import (
    Count,
    Day,
    Exact,
    FineMoney,
    Hash,
    Money,
    Serial,
    SharedText,
    Table,
    Text,
    column,
)
from contracts.facts.ads.ad_entities import AdEntities, FeedEntity


class FeedFigures(Table):
    """One row per day and set of ids, names, link and currency that rows of a feed state."""

    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: FineMoney = column("spend in the currency that is stated")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: FineMoney = column("their value in that currency")
    first_source_relation: SharedText = column("the first of its connectors or files, as sorted")
    last_source_relation: SharedText = column("the last of them")
    first_attributes: Text = column("the first of its JSON objects of custom columns, as sorted")
    last_attributes: Text = column("the last of them")


class KeyedStats(FeedFigures):
    """One row per day and set of ids, names, link and currency that rows of some files state."""

    stated_key: Hash = column("a hash of all that is stated", key=True, required=True)
    stated_check: Hash = column("another hash of it", key=True, required=True)


class FeedStats(FeedFigures):
    """One row per row of `KeyedStats`: those of several batches of files add up."""

    stated: Serial = column("number of what is stated", key=True, required=True)


class AttachedConversions(FeedEntity):
    """One row per row of `ad_conversions` that counts, with the texts of what it is of."""

    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    url_tags: SharedText = column("parameters added to the landing URL")
    currency: SharedText = column("currency of the value, where it has one")
    clicks: Count = column("0 on a day without stats, where its stats or its platform's have them")
    impressions: Count = column("likewise")
    spend: FineMoney = column("likewise")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: FineMoney = column("their value in that currency")


class StatsRates(Table):
    """One row per account, currency and day of stats for which there is a rate of exchange."""

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    account_id: SharedText = column("the account", key=True)
    currency: SharedText = column("currency of the stats, where they have one", key=True)
    date_day: Day = column("the day", key=True)
    rate: Exact = column("one unit of the currency in the reporting currency")


class PayerRates(Table):
    """One row per row of `StatsRates`, under the number of its account and currency."""

    payer: Serial = column("number of the account and currency", key=True, required=True)
    date_day: Day = column("the day", key=True)
    rate: Exact = column("one unit of the currency in the reporting currency")


class DailyStats(Table):
    """One row per entity and day: stats in the reporting currency."""

    entity: Serial = column("number of the entity", key=True, required=True)
    date_day: Day = column("the day, as the platform's account reckons it", key=True)
    clicks: Count = column("clicks")
    impressions: Count = column("impressions")
    spend: Money = column("spend, rounded here and nowhere else")
    conversions: FineMoney = column("conversions that the platform claims")
    conversions_value: Money = column("their value, rounded here and nowhere else")
    source_relation: SharedText = column("connector or file it came from, where only one did")
    attributes: Text = column(
        "JSON object of the feed's custom columns; an array of the first and last where rows differ"
    )


class PlacedStats(AdEntities, DailyStats):
    """One row per row of `DailyStats`, beside what it is about."""
