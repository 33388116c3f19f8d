"""Looking up utm values among the ids and names of ads and campaigns (SPEC §7.3, §7.4).

A hit is one row per lookup and one version of an ad or campaign that the value may mean.
"""

import polars as pl

from contracts.facts.matching.session_facts import MatchLevel, MatchStatus
from contracts.facts.matching.session_matching import AdCandidates, CaseAnswers, MatchCases

SCOPE = [MatchCases.org_id, MatchCases.link_platform, MatchCases.day]
"""What every lookup has beside its value."""

IS_FORMER = CaseAnswers.is_former
NAMED_CANDIDATES = 10
"""How many candidates an ambiguous match spells out."""


def find_candidates(
    lookups: pl.LazyFrame, candidates: pl.LazyFrame, values: list[str], keys: list[str]
) -> pl.LazyFrame:
    """Find the candidates whose `keys` equal the lookups' `values`, on the link's platform alone.

    Args:
        lookups: Values to look up, with `SCOPE`.
        candidates: Ads or campaigns.
        values: Columns of the lookups.
        keys: Columns of the candidates, in the same order.

    Returns:
        Hits, with whether their name or parent is that of other days (`is_former`), and whether it
        is only presumed on the day (`is_presumed`).
    """
    kept = candidates.with_columns(pl.col(key).alias(f"key_{key}") for key in keys)
    found = lookups.join(
        kept,
        left_on=[AdCandidates.org_id, *values],
        right_on=[AdCandidates.org_id, *(f"key_{key}" for key in keys)],
        how="inner",
        validate="m:m",
        suffix="_candidate",
    )
    day = pl.col(MatchCases.day)
    start, end = pl.col(AdCandidates.valid_from), pl.col(AdCandidates.valid_until)
    has_begun = start.is_null() | (start <= day)
    has_not_ended = end.is_null() | (day < end)
    platform = pl.col(MatchCases.link_platform)
    return found.filter(
        platform.is_null() | (platform == pl.col(AdCandidates.platform))
    ).with_columns(
        (~(day.is_null() | (has_begun & has_not_ended))).alias(IS_FORMER),
        is_presumed=~(day.is_null() | _is_known_on(day)),
    )


def _is_known_on(day: pl.Expr) -> pl.Expr:
    start, end = pl.col(AdCandidates.known_from), pl.col(AdCandidates.known_until)
    return start.is_not_null() & (start <= day) & (end.is_null() | (day < end))


def prefer_exact_ids(hits: pl.LazyFrame, value: str, keys: list[str]) -> pl.LazyFrame:
    """Keep, of the ads or campaigns whose id a value spells, the one that it spells exactly.

    So a link in other case finds its ad, and ids that differ in case alone stay apart.
    """
    is_exact = pl.col(AdCandidates.entity_id) == pl.col(value)
    return hits.filter(is_exact == is_exact.max().over(keys))


def prefer_names_of_day(hits: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Keep the versions that were valid on the session's day, else those of other days."""
    former = pl.col(IS_FORMER)
    return hits.filter(former == former.min().over(keys))


def prefer_known_names(hits: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Keep, of the names of a lookup, those that count on the session's day (SPEC §7.4).

    Known names come before those only presumed of that day, both before those of other days; and
    of these only a name counts that no other ad, or campaign, of the platform ever had.
    """
    rank = (
        pl.when(IS_FORMER).then(pl.lit(2)).when("is_presumed").then(pl.lit(1)).otherwise(pl.lit(0))
    )
    return (
        hits.with_columns(name_rank=rank)
        .filter(pl.col("name_rank") == pl.col("name_rank").min().over(keys))
        .filter(~pl.col(IS_FORMER) | (pl.col(AdCandidates.sharers) == 1))
        .drop("name_rank")
    )


def resolve_hits(hits: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Make of all the hits of a lookup the one answer on which they agree (SPEC §7.5).

    Args:
        hits: The hits that nothing separates.

    Returns:
        One row per lookup: the columns of `CaseAnswers` that are not part of a case.
    """
    label = _label()
    ids = [AdCandidates.platform, AdCandidates.account_id, AdCandidates.campaign_id]
    counts = {f"{name}_count": pl.col(name).drop_nulls().n_unique() for name in ids}
    has_all_campaigns = pl.col(AdCandidates.campaign_id).is_not_null().all()
    answered = hits.group_by(keys).agg(
        pl.col(*ids, AdCandidates.ad_group_id, AdCandidates.ad_id).max(),
        pl.col(CaseAnswers.parameter, CaseAnswers.match_method).min(),
        pl.col(IS_FORMER).all(),
        entity_count=_entity().n_unique(),
        is_ad=pl.col(AdCandidates.ad_id).is_not_null().all(),
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
            AdCandidates.ad_group_id,
            AdCandidates.ad_id,
            CaseAnswers.match_level,
            CaseAnswers.match_status,
            CaseAnswers.match_method,
            CaseAnswers.parameter,
            IS_FORMER,
            pl.max_horizontal("entity_count", "account_id_count", "campaign_id_count")
            .cast(pl.Int64)
            .alias(CaseAnswers.candidate_count),
            CaseAnswers.candidates,
        )
    )


def _entity() -> pl.Expr:
    own = pl.coalesce(AdCandidates.ad_id, pl.concat_str(pl.lit("/"), AdCandidates.campaign_id))
    return pl.concat_str(AdCandidates.platform, pl.lit(":"), own)


def _label() -> pl.Expr:
    campaign = pl.col(AdCandidates.campaign_id).fill_null("")
    ad = pl.concat_str(pl.lit("/"), AdCandidates.ad_id).fill_null("")
    return pl.concat_str(AdCandidates.platform, pl.lit(":"), campaign, ad)


def _agreement() -> list[pl.Expr]:
    one_account = pl.col("account_id_count") <= 1
    is_single = (pl.col("entity_count") == 1) & one_account & (pl.col("campaign_id_count") <= 1)
    one_platform = pl.col("platform_count") == 1
    one_campaign = (
        one_platform
        & one_account
        & (pl.col("campaign_id_count") == 1)
        & pl.col("has_all_campaigns")
    )
    level = (
        pl.when(is_single & pl.col("is_ad"))
        .then(pl.lit(MatchLevel.AD))
        .when(one_campaign)
        .then(pl.lit(MatchLevel.CAMPAIGN))
        .when(one_platform)
        .then(pl.lit(MatchLevel.PLATFORM))
        .otherwise(pl.lit(MatchLevel.NONE))
    )
    status = (
        pl.when(is_single)
        .then(pl.lit(MatchStatus.MATCHED))
        .otherwise(pl.lit(MatchStatus.AMBIGUOUS))
    )
    unnamed = pl.col("label_count").cast(pl.Int64) - NAMED_CANDIDATES
    more = pl.when(unnamed > 0).then(pl.format("; and {} more", unnamed)).otherwise(pl.lit(""))
    candidates = pl.when(~is_single).then(pl.concat_str("labels", more))
    return [
        level.alias(CaseAnswers.match_level),
        status.alias(CaseAnswers.match_status),
        candidates.alias(CaseAnswers.candidates),
    ]


def _ids_to_level() -> list[pl.Expr]:
    level = pl.col(CaseAnswers.match_level)
    has_platform = level != MatchLevel.NONE
    has_campaign = level.is_in([MatchLevel.AD, MatchLevel.CAMPAIGN])
    has_ad = level == MatchLevel.AD
    return [
        pl.when(has_platform).then(AdCandidates.platform).alias(AdCandidates.platform),
        *(
            pl.when(has_campaign).then(n).alias(n)
            for n in (AdCandidates.account_id, AdCandidates.campaign_id)
        ),
        *(pl.when(has_ad).then(n).alias(n) for n in (AdCandidates.ad_group_id, AdCandidates.ad_id)),
    ]
