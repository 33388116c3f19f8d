"""The names of ads and ad campaigns as intervals of time, and the tables that state them."""

from contracts.columns import Day, Instant, Serial, SharedText, Table, Text, column
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


class SharedNames(Table):
    """One row per row of `AdNames` that has a name, for who names many rows by them."""

    org_id: SharedText = column("organization", key=True)
    platform: SharedText = column("ad platform", key=True)
    level: SharedText = column("what bears the name", key=True)
    campaign_id: SharedText = column("the ad campaign, or that of the ad", key=True)
    ad_id: SharedText = column("the ad; empty for a campaign", key=True)
    name: SharedText = column("the name", key=True)
    valid_from: Day = column("first day of the name; empty for since ever", key=True)
    valid_until: Day = column("first day after the name; empty for still", key=True)


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
