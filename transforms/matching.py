"""Matching every session to its ad, once per distinct link (SPEC §7)."""

import polars as pl

from contracts.ad_facts import AdNames
from contracts.columns import columns
from contracts.session_facts import SessionFacts
from contracts.vocabulary import AdLevel
from contracts.workspace import AdsSection
from transforms.channel_groups import group_channels
from transforms.days import reporting_day
from transforms.matching_lookups import DAY, GIVEN, list_entries
from transforms.matching_reasons import explain_matches
from transforms.matching_steps import (
    CASE,
    answer_ad_ids,
    answer_ad_names,
    answer_aliases,
    answer_campaigns,
    find_campaigns,
    list_aliases,
)
from transforms.origins import ORIGIN, VALUES, key_origins, list_origins, read_carried
from transforms.platforms import name_platforms
from transforms.utm import is_macro, normalize_text, normalize_value

VALUE_OF = {"content": "utm_content", "campaign": "utm_campaign", "utm_id": "utm_id"}
ANSWER = [
    SessionFacts.platform,
    SessionFacts.account_id,
    SessionFacts.campaign_id,
    SessionFacts.ad_group_id,
    SessionFacts.ad_id,
    SessionFacts.match_level,
    SessionFacts.match_method,
    SessionFacts.match_status,
    SessionFacts.match_reason,
    SessionFacts.candidates,
]


def match_sessions(
    sessions: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection, timezone: str
) -> pl.LazyFrame:
    """Match every session to the one ad or campaign that it came from.

    Args:
        sessions: Canonical sessions, with `is_bot` where it is known.
        ad_names: One row per name and its days (`AdNames`).
        ads: The match mode, the user's sources and aliases.
        timezone: The reporting time zone.

    Returns:
        The session fact (`SessionFacts`): each session exactly once, in any order.
    """
    keyed = key_sessions(sessions, timezone)
    origins = describe_origins(keyed, ad_names, ads)
    return join_matches(keyed, origins, match_origins(keyed, origins, ad_names, ads))


def key_sessions(sessions: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Add to each session its day and the key of its origin.

    Args:
        sessions: Canonical sessions, with `is_bot` where it is known.
        timezone: The reporting time zone.
    """
    return key_origins(sessions).with_columns(
        reporting_day(pl.col(SessionFacts.started_at), timezone).alias(SessionFacts.date_day)
    )


def describe_origins(
    keyed: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection
) -> pl.LazyFrame:
    """One row per origin: what it says, its platform, its channel group and whether days matter.

    Args:
        keyed: Sessions with their days and origins (`key_sessions`).
        ad_names: Names of ads and campaigns.
        ads: The user's sources and aliases.
    """
    is_unresolved = pl.any_horizontal(is_macro(pl.col(name)) for name in VALUES)
    resolved = {
        value: pl.when(~is_macro(pl.col(name))).then(pl.col(name)) for value, name in VALUE_OF.items()
    }
    keys = {f"{value}_key": normalize_value(pl.col(value)) for value in VALUE_OF}
    return (
        list_origins(keyed)
        .pipe(name_platforms, ad_names, ads.sources)
        .pipe(group_channels)
        .rename({SessionFacts.platform: GIVEN})
        .with_columns(is_unresolved.alias(SessionFacts.has_macro), **resolved)
        .with_columns(**keys)
        .pipe(_flag_timed, ad_names, ads)
    )


def match_origins(
    keyed: pl.LazyFrame, origins: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection
) -> pl.LazyFrame:
    """Match each origin on each day that matters.

    Args:
        keyed: Sessions with their days and origins (`key_sessions`).
        origins: What the origins say (`describe_origins`).
        ad_names: One row per name and its days.
        ads: The match mode and the user's aliases.

    Returns:
        One row per origin and day (null where the day does not matter), with its `ANSWER`.
    """
    timed = origins.filter("is_timed")
    days = (
        keyed.select(*ORIGIN, pl.col(SessionFacts.date_day).alias(DAY))
        .join(timed.select(ORIGIN), on=ORIGIN, how="semi")
        .unique()
    )
    lookups = pl.concat(
        [
            timed.join(days, on=ORIGIN, how="inner", validate="1:m"),
            origins.filter(~pl.col("is_timed")).with_columns(pl.lit(None, pl.Date).alias(DAY)),
        ],
        how="diagonal",
    )
    answers = answer_cases(lookups.select(*CASE, "utm_id_key").unique(), ad_names, ads)
    return (
        lookups.join(answers, on=CASE, how="left", nulls_equal=True, validate="m:1")
        .pipe(explain_matches, ads.match)
        .select(*ORIGIN, DAY, *ANSWER)
    )


def answer_cases(cases: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection) -> pl.LazyFrame:
    """Answer each case by the first step that hits.

    Args:
        cases: One row per case: `CASE`, and `utm_id_key`.
        ad_names: One row per name and its days.
        ads: The match mode and the user's aliases.

    Returns:
        At most one row per case; none where no step hits.
    """
    all_ads = list_entries(ad_names, AdLevel.AD)
    all_campaigns = list_entries(ad_names, AdLevel.CAMPAIGN)
    named = find_campaigns(cases, all_campaigns)
    steps = [answer_aliases(cases, list_aliases(ads.aliases), all_ads, all_campaigns)]
    if ads.match != "utm_campaign":
        steps.append(answer_ad_ids(cases, all_ads, named))
        steps.append(answer_ad_names(cases, all_ads, named))
    if ads.match != "utm_content":
        steps.append(answer_campaigns(cases, named))
    ranked = [step.with_columns(step=pl.lit(rank)) for rank, step in enumerate(steps)]
    return (
        pl.concat(ranked, how="diagonal")
        .filter(pl.col("step") == pl.col("step").min().over(CASE))
        .drop("step")
    )


def join_matches(
    keyed: pl.LazyFrame, origins: pl.LazyFrame, matches: pl.LazyFrame
) -> pl.LazyFrame:
    """Give each session what its origin says and the answer of its origin and day.

    Args:
        keyed: Sessions with their days and origins (`key_sessions`).
        origins: What the origins say (`describe_origins`).
        matches: The answers (`match_origins`).

    Returns:
        The session fact: as many rows as `keyed` has.
    """
    said = origins.select(*ORIGIN, *VALUES, SessionFacts.has_macro, SessionFacts.channel_group, "is_timed")
    return (
        keyed.drop(VALUES)
        .join(said, on=ORIGIN, how="left", validate="m:1")
        .with_columns(
            *read_carried(),
            pl.when("is_timed").then(SessionFacts.date_day).alias(DAY),
        )
        .join(matches, on=[*ORIGIN, DAY], how="left", nulls_equal=True, validate="m:1")
        .select(columns(SessionFacts))
    )


def _flag_timed(origins: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection) -> pl.LazyFrame:
    """Add whether a value of an origin is an id or a name that ever changed, or an alias."""
    changing = ad_names.filter(
        pl.col(AdNames.valid_from).is_not_null() | pl.col(AdNames.valid_until).is_not_null()
    )
    names = normalize_value(pl.col(AdNames.name))
    changed = pl.concat(
        [
            changing.select(AdNames.org_id, value=value)
            for value in (pl.col(AdNames.ad_id), pl.col(AdNames.campaign_id), names)
        ]
    ).unique()
    values = [*VALUE_OF, *(f"{value}_key" for value in VALUE_OF)]
    said = pl.concat(
        [origins.select(*ORIGIN, AdNames.org_id, value=value) for value in values]
    ).join(changed, on=[AdNames.org_id, "value"], how="semi")
    timed = said.select(ORIGIN).unique().with_columns(is_changed=pl.lit(value=True))
    aliases = [normalize_text(value) for value in ads.aliases]
    is_aliased = pl.any_horizontal(pl.col(f"{value}_key").is_in(aliases) for value in VALUE_OF)
    return origins.join(timed, on=ORIGIN, how="left", validate="1:1").with_columns(
        is_timed=(pl.col("is_changed") | is_aliased).fill_null(value=False)
    )
