"""What ad stats are about: accounts, campaigns, ad groups and ads, and which feed speaks for them.

A year of days repeats few entities: all that is told in texts is found once an entity, and rows of
days bear its number.
"""

from contracts.columns import Count, Day, Flag, Hash, Serial, SharedText, Table, column


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


class FeedEntity(AdEntity):
    """One row per entity of a feed, and landing page."""

    feed: Serial = column("place of the feed in the configuration", key=True)
    level: SharedText = column("the level at which the platform gave it", key=True)
    landing_url: SharedText = column("where the ad led", key=True)


class StatedEntities(FeedEntity):
    """One row per set of ids, names, landing page and currency that rows of a feed state."""

    stated: Serial = column("its number, within one run", key=True, required=True)
    stated_key: Hash = column("a hash of all that is stated", required=True)
    stated_check: Hash = column("another hash of it", required=True)
    currency: SharedText = column("currency of the amounts, where the feed has one", key=True)
    first_day: Day = column("the first of its days")
    last_day: Day = column("the last of its days")


class StatedDays(Table):
    """One row per day of what is stated, where names or parents are not the same on all days."""

    stated: Serial = column("number of what is stated", key=True, required=True)
    date_day: Day = column("the day", key=True)


class NamedEntities(FeedEntity):
    """One row per row of `StatedEntities`, its names, parents and link filled in.

    One a day where these are not the same on all days.
    """

    stated: Serial = column("number of what is stated", key=True, required=True)
    date_day: Day = column("the day; empty where one day is as the other", key=True)
    is_dated: Flag = column("whether names or parents are not the same on all days")
    url_tags: SharedText = column("parameters added to the landing URL")
    currency: SharedText = column("currency of the amounts, where the feed has one", key=True)
    first_day: Day = column("the first of its days")
    last_day: Day = column("the last of its days")


class NumberedEntities(FeedEntity):
    """One row per entity of a feed, with its names, parents and link as of a day."""

    entity: Serial = column("its number, within one run", key=True, required=True)
    url_tags: SharedText = column("parameters added to the landing URL", key=True)
    own_level: Count = column("the level that gave it: 0 account, 1 campaign, 2 ad group, 3 ad")


class EntityNumbers(Table):
    """One row per row of `NamedEntities`: the numbers of what it is about."""

    stated: Serial = column("number of what is stated", key=True, required=True)
    date_day: Day = column("the day; empty where one day is as the other", key=True)
    entity: Serial = column("number of the entity", required=True)
    payer: Serial = column("number of the account and currency", required=True)


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


class AdClaims(Table):
    """One row per entity of stats, and what else speaks for its figures on some days.

    Another feed for the same entity, one for what stands above it, or, where nobody knows its
    account, one for its platform.
    """

    entity: Serial = column("number of the entity", key=True, required=True)
    is_superseded: Flag = column("whether an earlier feed speaks for the same entity")
    spoken_level: Count = column("the coarser level that speaks for it")
    spoken_feed: Serial = column("the feed that speaks there")
    unplaced_level: Count = column("the coarser level that leaves it out")
    first_day: Day = column("first day of which is spoken")
    last_day: Day = column("last day of which is spoken")


class Placement(Table):
    """One row per entity of stats: to which levels its figures are added."""

    top_level: Count = column(
        "the coarsest level to whose figures it is added; 4 where another feed speaks at its own"
    )
    spoken_level: Count = column("the next coarser level that speaks for it; empty for none")
    spoken_feed: Serial = column("the feed that speaks there")
    is_unplaced: Flag = column(
        "whether a level leaves it out because nobody knows its account; the rest above has it"
    )


class SettledDays(Placement):
    """One row per entity and day on which something else speaks for its figures."""

    placed: Serial = column("its number with this placement", required=True)
    entity: Serial = column("number of the entity", key=True, required=True)
    date_day: Day = column("the day", key=True)


class AdEntities(NumberedEntities, Placement):
    """One row per entity of a feed, its names, parents and link, and where its figures are added.

    An entity whose name changes, or for which others speak on some of its days, is several.
    """

    first_day: Day = column("the first of its days with stats")
    last_day: Day = column("the last of its days with stats")
