"""Looking up utm values among the ids and names of ads and campaigns (SPEC §7.3, §7.4).

A hit is one row per lookup and one version of an ad or campaign that the value may mean.
"""

import polars as pl

from contracts.facts.ad_facts import AdNames
from contracts.facts.session_facts import MatchLevel, MatchStatus

GIVEN = "given_platform"
"""The platform that utm_source or a click id gives; null where none does."""

DAY = "day"
"""The session's day; null where no name or parent in question ever changed."""

SCOPE = [AdNames.org_id, GIVEN, DAY]
NAMED_CANDIDATES = 10
"""How many candidates an ambiguous match spells out."""


def find_entries(
    lookups: pl.LazyFrame, entries: pl.LazyFrame, values: list[str], keys: list[str]
) -> pl.LazyFrame:
    """Find the entries whose `keys` equal the lookups' `values`, among the given platform's only.

    Args:
        lookups: Values to look up, with `SCOPE`.
        entries: Ads or campaigns.
        values: Columns of the lookups.
        keys: Columns of the entries, in the same order.
    """
    kept = entries.with_columns(pl.col(key).alias(f"key_{key}") for key in keys)
    found = lookups.join(
        kept,
        left_on=[AdNames.org_id, *values],
        right_on=[AdNames.org_id, *(f"key_{key}" for key in keys)],
        how="inner",
        validate="m:m",
        suffix="_entry",
    )
    day, start, end = pl.col(DAY), pl.col(AdNames.valid_from), pl.col(AdNames.valid_until)
    has_begun = start.is_null() | (start <= day)
    has_not_ended = end.is_null() | (day < end)
    return found.filter(
        pl.col(GIVEN).is_null() | (pl.col(GIVEN) == pl.col(AdNames.platform))
    ).with_columns(is_former=~(day.is_null() | (has_begun & has_not_ended)))


def prefer_day(hits: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Keep the versions that were valid on the session's day, else those of other days."""
    former = pl.col("is_former")
    return hits.filter(former == former.min().over(keys))


def drop_shared_former_names(hits: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Drop names of other days that more than one ad or campaign ever bore (SPEC §7.4)."""
    bearers = _entity().n_unique().over(keys)
    return hits.filter(~pl.col("is_former") | (bearers == 1))


def agree(hits: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Make of all the hits of a lookup the one answer on which they agree (SPEC §7.5).

    Args:
        hits: The hits that nothing separates.
        keys: The lookup.

    Returns:
        One row per lookup: the ids down to the level of agreement, match_level, match_status,
        bearers (how many ads or campaigns), is_former, name and candidates (where ambiguous).
    """
    label = _label()
    ids = [AdNames.platform, AdNames.account_id, AdNames.campaign_id]
    counts = {f"{name}_count": pl.col(name).drop_nulls().n_unique() for name in ids}
    has_all_campaigns = pl.col(AdNames.campaign_id).is_not_null().all()
    answered = hits.group_by(keys).agg(
        pl.col(*ids, AdNames.ad_group_id, AdNames.ad_id).max(),
        pl.col("parameter", "method").min(),
        pl.col("is_former").all(),
        name=pl.col(AdNames.name).min(),
        bearers=_entity().n_unique(),
        is_ad=pl.col(AdNames.ad_id).is_not_null().all(),
        has_all_campaigns=has_all_campaigns,
        labels=label.unique().sort().head(NAMED_CANDIDATES).str.join("; "),
        label_count=label.n_unique(),
        **counts,
    )
    return (
        answered.with_columns(_agreement())
        .with_columns(_ids_to_level())
        .select(
            *keys,
            *ids,
            AdNames.ad_group_id,
            AdNames.ad_id,
            "match_level",
            "match_status",
            "method",
            "parameter",
            "name",
            "is_former",
            pl.max_horizontal("bearers", "account_id_count", "campaign_id_count").alias("bearers"),
            "candidates",
        )
    )


def _entity() -> pl.Expr:
    own = pl.coalesce(AdNames.ad_id, pl.concat_str(pl.lit("/"), AdNames.campaign_id))
    return pl.concat_str(AdNames.platform, pl.lit(":"), own)


def _label() -> pl.Expr:
    campaign = pl.col(AdNames.campaign_id).fill_null("")
    ad = pl.concat_str(pl.lit("/"), AdNames.ad_id).fill_null("")
    return pl.concat_str(AdNames.platform, pl.lit(":"), campaign, ad)


def _agreement() -> list[pl.Expr]:
    one_account = pl.col("account_id_count") <= 1
    is_single = (pl.col("bearers") == 1) & one_account & (pl.col("campaign_id_count") <= 1)
    one_platform = pl.col("platform_count") == 1
    one_campaign = (
        one_platform
        & one_account
        & (pl.col("campaign_id_count") == 1)
        & pl.col("has_all_campaigns")
    )
    level = (
        pl.when(is_single & pl.col("is_ad"))
        .then(pl.lit(str(MatchLevel.AD)))
        .when(one_campaign)
        .then(pl.lit(str(MatchLevel.CAMPAIGN)))
        .when(one_platform)
        .then(pl.lit(str(MatchLevel.PLATFORM)))
        .otherwise(pl.lit(str(MatchLevel.NONE)))
    )
    status = (
        pl.when(is_single)
        .then(pl.lit(str(MatchStatus.MATCHED)))
        .otherwise(pl.lit(str(MatchStatus.AMBIGUOUS)))
    )
    unnamed = pl.col("label_count").cast(pl.Int64) - NAMED_CANDIDATES
    more = pl.when(unnamed > 0).then(pl.format("; and {} more", unnamed)).otherwise(pl.lit(""))
    candidates = pl.when(~is_single).then(pl.concat_str("labels", more))
    return [
        level.alias("match_level"),
        status.alias("match_status"),
        candidates.alias("candidates"),
    ]


def _ids_to_level() -> list[pl.Expr]:
    level = pl.col("match_level")
    has_platform = level != MatchLevel.NONE
    has_campaign = level.is_in([str(MatchLevel.AD), str(MatchLevel.CAMPAIGN)])
    has_ad = level == MatchLevel.AD
    return [
        pl.when(has_platform).then(AdNames.platform).alias(AdNames.platform),
        *(
            pl.when(has_campaign).then(n).alias(n)
            for n in (AdNames.account_id, AdNames.campaign_id)
        ),
        *(pl.when(has_ad).then(n).alias(n) for n in (AdNames.ad_group_id, AdNames.ad_id)),
    ]
