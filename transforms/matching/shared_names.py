"""Names that several ads or campaigns share, so that a link cannot tell them apart."""

from datetime import date

import polars as pl

from contracts.columns import Rows
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.ads.ad_sums import AdSpend
from contracts.facts.matching.session_facts import OF_ADS, MatchMethod, MatchStatus, SessionFacts
from contracts.facts.matching.session_matching import AuditedLinks, NamesUsedTwice
from contracts.reports.session_matches import AuditKind, UtmAudit
from contracts.vocabulary import AdLevel
from transforms.web.utm import normalize_value

CAMPAIGN = [UtmAudit.org_id, UtmAudit.platform, UtmAudit.campaign_id]
AD = [*CAMPAIGN, UtmAudit.ad_id]
SESSIONS = UtmAudit.sessions_at_risk
PLACE = [*CAMPAIGN, UtmAudit.parameter, AdNames.name_key]
PLACE_HASH = "_place"
OF_CAMPAIGN = pl.when(pl.col(AdNames.level) == AdLevel.AD).then(AdNames.campaign_id)
"""The campaign within which a name tells ads apart; null for the name of a campaign."""
OF_ENTITY = "_entity"
SPENT_FROM, SPENT_UNTIL = "spent from", "spent until"
EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)


def list_names_used_twice(
    links: Rows[AuditedLinks], ad_names: Rows[AdNames]
) -> Rows[NamesUsedTwice]:
    """List the names that several campaigns of a platform, or ads of a campaign, share in time.

    Values that left sessions ambiguous are listed too, under the campaign or platform on which
    their candidates agree.
    """
    return (
        find_shared_names(ad_names)
        .join(
            count_ambiguous(links),
            on=PLACE,
            how="full",
            coalesce=True,
            nulls_equal=True,
            suffix="_open",
            validate="1:1",
        )
        .with_columns(pl.coalesce("value", "value_open").alias(NamesUsedTwice.value))
    )


def find_names_used_twice(
    twice: Rows[NamesUsedTwice], ad_names: Rows[AdNames], spend: Rows[AdSpend]
) -> pl.LazyFrame:
    """Report the names that several bear; their spend is that of all that have the name."""
    return twice.join(
        sum_spend_of_names(ad_names, twice.select(PLACE), spend),
        on=PLACE,
        how="left",
        nulls_equal=True,
        validate="1:1",
    ).select(
        *CAMPAIGN,
        UtmAudit.parameter,
        UtmAudit.value,
        UtmAudit.spend_at_risk,
        SESSIONS,
        pl.coalesce(UtmAudit.first_day, SPENT_FROM),
        pl.coalesce(UtmAudit.last_day, SPENT_UNTIL),
        UtmAudit.landing_page,
        pl.lit(AuditKind.NAME_USED_TWICE).alias(UtmAudit.kind),
    )


def find_shared_names(names: Rows[AdNames]) -> pl.LazyFrame:
    """Find the names that two campaigns of a platform or ads of a campaign have at the same time.

    Where days of a name are known, those that are only presumed say nothing.
    """
    spans = _list_spans(names)
    several = spans.group_by(PLACE).agg(pl.col("entity").n_unique()).filter(pl.col("entity") > 1)
    still = pl.col("until").cum_max().shift(1)
    return (
        spans.join(several, on=PLACE, how="semi", nulls_equal=True)
        .sort(*PLACE, "entity", "since")
        .with_columns(
            is_new=(pl.col("since") >= still.over(*PLACE, "entity")).fill_null(value=True)
        )
        .with_columns(span=pl.col("is_new").cum_sum().over(*PLACE, "entity"))
        .group_by(*PLACE, "entity", "span")
        .agg(pl.col(UtmAudit.value).min(), pl.col("since").min(), pl.col("until").max())
        .sort(*PLACE, "since", "entity")
        .with_columns(still=still.over(PLACE), value=pl.col(UtmAudit.value).min().over(PLACE))
        .filter(pl.col("since") < pl.col("still"))
        .group_by(PLACE)
        .agg(pl.col(UtmAudit.value).min())
    )


def _list_spans(names: Rows[AdNames]) -> pl.LazyFrame:
    """The days of each name of an entity: those known, where any are, else those presumed.

    A name that was changed within its day has none, as that of a copy which is named anew.
    """
    named = names.filter(pl.col(AdNames.name_key).is_not_null())
    # Hashes find what is nowhere twice, as nearly all names are, without another copy of all.
    twice = named.group_by(_hash_place()).len().filter(pl.col("len") > 1)
    several = named.with_columns(_hash_place()).join(twice, on=PLACE_HASH, how="semi")
    known = pl.col(AdNames.known_from).is_not_null()
    since = pl.when(known).then(AdNames.known_from).otherwise(AdNames.valid_from)
    until = pl.when(known).then(AdNames.known_until).otherwise(AdNames.valid_until)
    return several.select(
        AdNames.org_id,
        AdNames.platform,
        OF_CAMPAIGN.alias(UtmAudit.campaign_id),
        AdNames.name_key,
        parameter=AdNames.level,
        value=AdNames.name,
        entity=pl.coalesce(AdNames.ad_id, AdNames.campaign_id),
        since=since.fill_null(EARLIEST),
        until=until.fill_null(LATEST),
        is_known=known,
    ).filter(
        pl.col("is_known") == pl.col("is_known").any().over(*PLACE, "entity"),
        pl.col("since") < pl.col("until"),
    )


def _hash_place() -> pl.Expr:
    place = (AdNames.org_id, AdNames.platform, OF_CAMPAIGN, AdNames.level, AdNames.name_key)
    return pl.struct(*place).hash().alias(PLACE_HASH)


def count_ambiguous(links: Rows[AuditedLinks]) -> pl.LazyFrame:
    """Count the ambiguous sessions of each value, at the campaign or platform of its candidates."""
    return (
        list_ambiguous(links)
        .group_by(PLACE)
        .agg(pl.col(UtmAudit.value).min(), **sessions_at_risk())
    )


def list_ambiguous(links: Rows[AuditedLinks]) -> pl.LazyFrame:
    """List the ambiguous links with the value that several ads or campaigns bear.

    Returns:
        As many rows as are ambiguous, with `parameter`, `value` and `name_key`.
    """
    method = pl.col(SessionFacts.match_method)
    at_ads = method.is_in(OF_ADS)
    by_id = method == MatchMethod.UTM_CAMPAIGN_ID
    value = (
        pl.when(at_ads)
        .then(SessionFacts.utm_content)
        .when(by_id & pl.col(SessionFacts.utm_id).is_not_null())
        .then(SessionFacts.utm_id)
        .otherwise(SessionFacts.utm_campaign)
    )
    level = pl.when(at_ads).then(pl.lit(AdLevel.AD)).otherwise(pl.lit(AdLevel.CAMPAIGN))
    return (
        links.filter(
            (pl.col(SessionFacts.match_status) == MatchStatus.AMBIGUOUS)
            & (method != MatchMethod.ALIAS)
        )
        .with_columns(level.alias(UtmAudit.parameter), value.alias(UtmAudit.value))
        .with_columns(normalize_value(pl.col(UtmAudit.value)).alias(AdNames.name_key))
    )


def sum_spend_of_names(
    names: Rows[AdNames], places: pl.LazyFrame, spend: Rows[AdSpend]
) -> pl.LazyFrame:
    """Sum the spend of every campaign or ad that ever had a name, or has it as its id.

    Args:
        places: The names, each with its platform and campaign where they have one.
    """
    on = [AdNames.org_id, *(f"{n}{OF_ENTITY}" for n in (AdNames.platform, AdNames.campaign_id))]
    bearers = list_bearers(names, places)
    spend = spend.join(bearers, left_on=CAMPAIGN, right_on=on, how="semi", nulls_equal=True)
    by_campaign = (
        spend.group_by(CAMPAIGN)
        .agg(**spent(), **_days_spent())
        .with_columns(pl.lit(None, pl.String).alias(AdNames.ad_id))
    )
    by_ad = (
        spend.filter(pl.col(AdNames.ad_id).is_not_null())
        .group_by(AD)
        .agg(**spent(), **_days_spent())
    )
    cost = pl.concat([by_campaign, by_ad], how="diagonal").rename(
        {name: f"{name}{OF_ENTITY}" for name in (AdNames.platform, AdNames.campaign_id)}
    )
    return (
        bearers.join(cost, on=[*on, AdNames.ad_id], how="left", nulls_equal=True, validate="m:1")
        .group_by(PLACE)
        .agg(
            pl.col(UtmAudit.spend_at_risk).sum(),
            pl.col(SPENT_FROM).min(),
            pl.col(SPENT_UNTIL).max(),
        )
    )


def list_bearers(names: Rows[AdNames], places: pl.LazyFrame) -> pl.LazyFrame:
    """List every campaign or ad that ever had some names, or has one as its id.

    Args:
        places: The names, each with its platform and campaign where they have one.

    Returns:
        One row per name and entity: `platform_entity`, `campaign_id_entity`, `ad_id`.
    """
    ids = [AdNames.platform, AdNames.campaign_id, AdNames.ad_id]
    entity_id = normalize_value(pl.coalesce(AdNames.ad_id, AdNames.campaign_id))
    meant = pl.concat(
        [
            places.join(
                names.select(
                    AdNames.org_id, *ids, called.alias(AdNames.name_key), parameter=AdNames.level
                ),
                on=[AdNames.org_id, UtmAudit.parameter, AdNames.name_key],
                how="inner",
                suffix=OF_ENTITY,
                validate="m:m",
            )
            for called in (pl.col(AdNames.name_key), entity_id)
        ]
    ).filter(
        pl.all_horizontal(
            pl.col(name).is_null() | (pl.col(name) == pl.col(f"{name}{OF_ENTITY}"))
            for name in (AdNames.platform, AdNames.campaign_id)
        )
    )
    return meant.unique()


def sessions_at_risk() -> dict[str, pl.Expr]:
    """The sessions of links, their days, and a page that one of them began on."""
    return {
        SESSIONS: pl.col(AuditedLinks.session_count).sum(),
        UtmAudit.first_day: pl.col(AuditedLinks.first_day).min(),
        UtmAudit.last_day: pl.col(AuditedLinks.last_day).max(),
        UtmAudit.landing_page: pl.col(AuditedLinks.landing_page).min(),
    }


def spent() -> dict[str, pl.Expr]:
    """The sum of spend, as the audit calls it."""
    return {UtmAudit.spend_at_risk: pl.col("spend").sum()}


def _days_spent() -> dict[str, pl.Expr]:
    """The first and last day of spend; the days of sessions go before them."""
    return {
        SPENT_FROM: pl.col(AdSpend.first_day).min(),
        SPENT_UNTIL: pl.col(AdSpend.last_day).max(),
    }
