"""The steps by which a link finds its ad (SPEC §7.3): each gives an answer where it hits.

A case is one distinct set of values on one day, as far as the day matters; every step works on
cases and hands back one answer a case at most, so that no join can fan out.
"""

from collections.abc import Mapping

import polars as pl

from contracts.columns import Rows, columns
from contracts.config.workspace import AdAlias
from contracts.facts.matching.session_facts import MatchLevel, MatchMethod, MatchStatus
from contracts.facts.matching.session_matching import (
    AdCandidates,
    CampaignHits,
    CaseAnswers,
    MatchCases,
)
from contracts.feeds.web import Sessions
from transforms.matching.lookup import (
    SCOPE,
    find_candidates,
    prefer_exact_ids,
    prefer_known_names,
    prefer_names_of_day,
    resolve_hits,
)
from transforms.web.utm import normalize_text

CASE = columns(MatchCases)
"""The key of a case; values are null where the link has none or an unresolved macro."""

CAMPAIGN_CASE = [
    *SCOPE,
    *(MatchCases.id_value, MatchCases.campaign_value),
    *(MatchCases.id_key, MatchCases.campaign_key),
]
"""What of a case may name a campaign."""

PLATFORM, CAMPAIGN_ID, AD_ID = (
    AdCandidates.platform,
    AdCandidates.campaign_id,
    AdCandidates.ad_id,
)
ALIAS_KEY = "alias_key"
TARGET = ["target_platform", "target_campaign", "target_ad"]
TARGET_PLATFORM, TARGET_CAMPAIGN, TARGET_AD = TARGET
ALIAS_SCHEMA = pl.Schema(dict.fromkeys([ALIAS_KEY, *TARGET], pl.String))
UTM_CONTENT, UTM_CAMPAIGN, UTM_ID = Sessions.utm_content, Sessions.utm_campaign, Sessions.utm_id
ENTITY_KEY, NAME_KEY = AdCandidates.entity_key, AdCandidates.name_key
IS_FORMER = CaseAnswers.is_former
METHOD, PARAMETER = CaseAnswers.match_method, CaseAnswers.parameter


def list_aliases(aliases: Mapping[str, AdAlias]) -> pl.LazyFrame:
    """One row per alias of the configuration, its value made comparable."""
    rows = [
        (normalize_text(value), alias.platform, alias.campaign_id, alias.ad_id)
        for value, alias in aliases.items()
    ]
    return pl.LazyFrame(rows, schema=ALIAS_SCHEMA, orient="row").unique()


def answer_aliases(
    cases: Rows[MatchCases], aliases: pl.LazyFrame, ads: pl.LazyFrame, campaigns: pl.LazyFrame
) -> pl.LazyFrame:
    """Answer the cases of which a value is an alias: utm_content, else utm_campaign, else utm_id.

    An alias belongs to its platform: a link of another platform does not use it. It counts whatever
    the medium is. One whose target no feed knows leaves its sessions unmatched, at its platform.
    """
    values = {
        UTM_CONTENT: MatchCases.content_key,
        UTM_CAMPAIGN: MatchCases.campaign_key,
        UTM_ID: MatchCases.id_key,
    }
    platform = pl.col(MatchCases.link_platform)
    is_first = pl.col("rank") == pl.col("rank").min().over(CASE)
    meant = (
        pl.concat(
            [
                cases.join(
                    aliases, left_on=key, right_on=ALIAS_KEY, how="inner", validate="m:m"
                ).select(*CASE, *TARGET, pl.lit(name).alias(PARAMETER), rank=pl.lit(rank))
                for rank, (name, key) in enumerate(values.items())
            ]
        )
        .filter(platform.is_null() | (platform == pl.col(TARGET_PLATFORM)))
        .filter(is_first)
    )
    has_ad = pl.col(TARGET_AD).is_not_null()
    known = pl.concat(
        [
            _find_targets(meant.filter(has_ad), ads, TARGET_AD, AD_ID),
            _find_targets(meant.filter(~has_ad), campaigns, TARGET_CAMPAIGN, CAMPAIGN_ID),
        ]
    )
    unknown = meant.join(known.select(CASE), on=CASE, how="anti", nulls_equal=True)
    return pl.concat(
        [
            resolve_hits(known.with_columns(pl.lit(MatchMethod.ALIAS).alias(METHOD)), CASE),
            _answer_unknown(unknown),
        ],
        how="diagonal",
    )


def find_campaigns(cases: pl.LazyFrame, campaigns: pl.LazyFrame) -> pl.LazyFrame:
    """Find the campaigns that utm_id or utm_campaign names: by id, else by name.

    Of several campaigns with the id, those that bear utm_campaign as their name come first.

    Returns:
        Hits of the best kind, per `CAMPAIGN_CASE`.
    """
    named = cases.select(CAMPAIGN_CASE).unique()
    by_name = find_candidates(named, campaigns, [MatchCases.campaign_key], [NAME_KEY]).pipe(
        prefer_known_names, CAMPAIGN_CASE
    )
    kinds = [
        (
            find_candidates(named, campaigns, [key], [ENTITY_KEY])
            .pipe(prefer_exact_ids, value, CAMPAIGN_CASE)
            .pipe(prefer_names_of_day, CAMPAIGN_CASE),
            MatchMethod.UTM_CAMPAIGN_ID,
            parameter,
        )
        for key, value, parameter in (
            (MatchCases.id_key, MatchCases.id_value, UTM_ID),
            (MatchCases.campaign_key, MatchCases.campaign_value, UTM_CAMPAIGN),
        )
    ]
    kinds.append((by_name, MatchMethod.UTM_CAMPAIGN_NAME, UTM_CAMPAIGN))
    hits = pl.concat(
        [
            hit.with_columns(
                pl.lit(method).alias(METHOD), pl.lit(parameter).alias(PARAMETER), kind=pl.lit(kind)
            )
            for kind, (hit, method, parameter) in enumerate(kinds)
        ],
        how="diagonal",
    )
    by_names = pl.col("kind") == len(kinds) - 1
    is_named = by_names.any().over([*CAMPAIGN_CASE, PLATFORM, CAMPAIGN_ID])
    rank = 2 * pl.col("kind") + pl.when(is_named).then(0).otherwise(1)
    return (
        hits.with_columns(rank=rank)
        .filter(pl.col("rank") == pl.col("rank").min().over(CAMPAIGN_CASE))
        .drop("rank", "kind")
    )


def answer_campaigns(cases: pl.LazyFrame, named: Rows[CampaignHits]) -> pl.LazyFrame:
    """Answer the cases that name a campaign.

    Args:
        cases: One row per case.
        named: The campaigns that they name (`find_campaigns`).
    """
    return cases.select(CASE).join(
        resolve_hits(named, CAMPAIGN_CASE),
        on=CAMPAIGN_CASE,
        how="inner",
        nulls_equal=True,
        validate="m:1",
    )


def answer_ad_ids(
    cases: pl.LazyFrame, ads: pl.LazyFrame, named: Rows[CampaignHits]
) -> pl.LazyFrame:
    """Answer the cases whose utm_content is an ad's id.

    Of several ads with the id, those in the campaign that the link names come first.
    """
    inside = named.select(*CAMPAIGN_CASE, PLATFORM, CAMPAIGN_ID, is_inside=pl.lit(value=True))
    hits = (
        find_candidates(cases, ads, [MatchCases.content_key], [ENTITY_KEY])
        .pipe(prefer_exact_ids, MatchCases.content_value, CASE)
        .pipe(prefer_names_of_day, CASE)
        .join(
            inside.unique(),
            on=[*CAMPAIGN_CASE, PLATFORM, CAMPAIGN_ID],
            how="left",
            nulls_equal=True,
            validate="m:1",
        )
        .with_columns(pl.col("is_inside").fill_null(value=False))
    )
    best = hits.filter(pl.col("is_inside") == pl.col("is_inside").max().over(CASE))
    return resolve_hits(_by_content(best, MatchMethod.UTM_CONTENT_AD_ID), CASE)


def answer_ad_names(
    cases: pl.LazyFrame, ads: pl.LazyFrame, named: Rows[CampaignHits]
) -> pl.LazyFrame:
    """Answer the cases whose utm_content is an ad's name.

    Where the link names a campaign, only the ads of that campaign count; else those of the
    platform, and without a platform all.
    """
    members = named.select(
        *CAMPAIGN_CASE, member_platform=PLATFORM, member_campaign=CAMPAIGN_ID
    ).unique()
    inside = (
        cases.join(members, on=CAMPAIGN_CASE, how="inner", nulls_equal=True, validate="m:m")
        .pipe(
            find_candidates,
            ads,
            ["member_platform", "member_campaign", MatchCases.content_key],
            [PLATFORM, CAMPAIGN_ID, NAME_KEY],
        )
        .pipe(prefer_known_names, CASE)
    )
    alone = cases.join(members, on=CAMPAIGN_CASE, how="anti", nulls_equal=True)
    key = [*SCOPE, MatchCases.content_key]
    anywhere = find_candidates(
        alone.select(key).unique(), ads, [MatchCases.content_key], [NAME_KEY]
    ).pipe(prefer_known_names, key)
    method = MatchMethod.UTM_CONTENT_AD_NAME
    answers = resolve_hits(_by_content(anywhere, method), key)
    return pl.concat(
        [
            resolve_hits(_by_content(inside, method), CASE),
            alone.select(CASE).join(answers, on=key, how="inner", nulls_equal=True, validate="m:1"),
        ],
        how="diagonal",
    )


def _find_targets(
    meant: pl.LazyFrame, candidates: pl.LazyFrame, target: str, key: str
) -> pl.LazyFrame:
    """The ads or campaigns that aliases lead to; those that no feed knows have none."""
    campaign, other = pl.col(CAMPAIGN_ID), pl.col(TARGET_CAMPAIGN)
    return (
        find_candidates(meant, candidates, [TARGET_PLATFORM, target], [PLATFORM, key])
        .filter(other.is_null() | campaign.is_null() | (other == campaign))
        .pipe(prefer_names_of_day, CASE)
        .with_columns(
            pl.coalesce(CAMPAIGN_ID, TARGET_CAMPAIGN).alias(CAMPAIGN_ID),
            pl.lit(value=False).alias(IS_FORMER),
        )
    )


def _answer_unknown(meant: pl.LazyFrame) -> pl.LazyFrame:
    """Leave unmatched what aliases to nothing were used for, and say where these lead."""
    platforms = pl.col(TARGET_PLATFORM)
    target = pl.coalesce(
        pl.format("ad {} of {}", TARGET_AD, TARGET_PLATFORM),
        pl.format("campaign {} of {}", TARGET_CAMPAIGN, TARGET_PLATFORM),
    )
    has_platform = pl.col(PLATFORM).is_not_null()
    return (
        meant.group_by(CASE)
        .agg(
            pl.when(platforms.n_unique() == 1).then(platforms.min()).alias(PLATFORM),
            target.min().alias(CaseAnswers.unknown_target),
            pl.col(PARAMETER).min(),
        )
        .with_columns(
            pl.when(has_platform)
            .then(pl.lit(MatchLevel.PLATFORM))
            .otherwise(pl.lit(MatchLevel.NONE))
            .alias(CaseAnswers.match_level),
            pl.when(has_platform)
            .then(pl.lit(MatchMethod.PLATFORM))
            .otherwise(pl.lit(MatchMethod.NONE))
            .alias(METHOD),
            pl.lit(MatchStatus.UNMATCHED).alias(CaseAnswers.match_status),
            pl.lit(value=False).alias(IS_FORMER),
            pl.lit(0, pl.Int64).alias(CaseAnswers.candidate_count),
        )
    )


def _by_content(hits: pl.LazyFrame, method: MatchMethod) -> pl.LazyFrame:
    return hits.with_columns(pl.lit(method).alias(METHOD), pl.lit(UTM_CONTENT).alias(PARAMETER))
