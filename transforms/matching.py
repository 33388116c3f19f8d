"""Matching every session to its ad, once per distinct link (SPEC §7)."""

from collections.abc import Mapping

import polars as pl

from contracts.ad_facts import AdNames
from contracts.columns import columns
from contracts.session_facts import SessionFacts
from contracts.vocabulary import AdLevel
from contracts.workspace import AdsSection
from transforms.channel_groups import group_channels
from transforms.days import reporting_day
from transforms.matching_lookups import DAY, GIVEN
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
from transforms.settling import Settle
from transforms.utm import is_macro, normalize_text, normalize_value

VALUE_OF = {"content": "utm_content", "campaign": "utm_campaign", "utm_id": "utm_id"}
SAID = [*VALUE_OF, *(f"{value}_key" for value in VALUE_OF)]
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
    sessions: pl.LazyFrame,
    ad_names: pl.LazyFrame,
    ads: AdsSection,
    timezone: str,
    settle: Settle,
) -> pl.LazyFrame:
    """Match every session to the one ad or campaign that it came from.

    Args:
        sessions: Canonical sessions, with `is_bot` where it is known; read three times.
        ad_names: One row per name and its days (`AdNames`).
        ads: The match mode, the user's sources and aliases.
        timezone: The reporting time zone.
        settle: Holds a small frame: at most a row per origin and day.

    Returns:
        The session fact (`SessionFacts`): each session exactly once, in any order.
    """
    keyed = key_sessions(sessions, timezone)
    origins = settle(list_origins(keyed)).pipe(describe_origins, ad_names, ads.sources).pipe(settle)
    entries = settle(select_entries(origins, ad_names, ads))
    timed = settle(flag_timed(origins, entries, ads))
    lookups = settle(list_lookups(keyed, timed))
    matches = settle(match_lookups(lookups, entries, ads, settle))
    return join_matches(keyed, timed, matches)


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
    origins: pl.LazyFrame, ad_names: pl.LazyFrame, sources: Mapping[str, str]
) -> pl.LazyFrame:
    """Add to each origin its platform, its channel group and the values to look up.

    Args:
        origins: One row per origin (`list_origins`).
        ad_names: Names of ads and campaigns.
        sources: The user's utm_source values -> platform.

    Returns:
        The origins with `given_platform`, channel_group, has_macro, and the values `content`,
        `campaign` and `utm_id` (null where unresolved) beside their comparable forms (`…_key`).
    """
    is_unresolved = pl.any_horizontal(is_macro(pl.col(name)) for name in VALUES)
    resolved = {
        value: pl.when(~is_macro(pl.col(name))).then(pl.col(name))
        for value, name in VALUE_OF.items()
    }
    keys = {f"{value}_key": normalize_value(pl.col(value)) for value in VALUE_OF}
    return (
        origins.pipe(name_platforms, ad_names, sources)
        .pipe(group_channels)
        .rename({SessionFacts.platform: GIVEN})
        .with_columns(is_unresolved.alias(SessionFacts.has_macro), **resolved)
        .with_columns(**keys)
    )


def select_entries(origins: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection) -> pl.LazyFrame:
    """Select the ads and campaigns that a value of some origin may mean, by id or by name.

    Args:
        origins: What the origins say (`describe_origins`).
        ad_names: One row per name and its days.
        ads: The user's aliases, whose targets are selected as well.
    """
    ids = [alias.ad_id or alias.campaign_id for alias in ads.aliases.values()]
    said = (
        origins.select(AdNames.org_id, value=pl.concat_list(SAID))
        .explode("value")
        .filter(pl.col("value").is_not_null())
        .unique()
    )
    named = ad_names.with_columns(
        entry_id=pl.coalesce(AdNames.ad_id, AdNames.campaign_id),
        name_key=normalize_value(pl.col(AdNames.name)),
    )
    flags = {"by_id": "entry_id", "by_name": "name_key"}
    for flag, key in flags.items():
        named = named.join(
            said.with_columns(pl.lit(value=True).alias(flag)),
            left_on=[AdNames.org_id, key],
            right_on=[AdNames.org_id, "value"],
            how="left",
            validate="m:1",
        )
    is_target = pl.col("entry_id").is_in(ids)
    return named.filter(pl.any_horizontal(*flags, is_target)).drop(*flags)


def flag_timed(origins: pl.LazyFrame, entries: pl.LazyFrame, ads: AdsSection) -> pl.LazyFrame:
    """Add whether the day matters: a value is an alias, or an id or name that ever changed.

    Args:
        origins: What the origins say (`describe_origins`).
        entries: The ads and campaigns that they may mean (`select_entries`).
        ads: The user's aliases.
    """
    start, end = pl.col(AdNames.valid_from), pl.col(AdNames.valid_until)
    changed = (
        entries.filter(start.is_not_null() | end.is_not_null())
        .select(AdNames.org_id, value=pl.concat_list("entry_id", "name_key"))
        .explode("value")
        .unique()
    )
    timed = (
        origins.select(*ORIGIN, AdNames.org_id, value=pl.concat_list(SAID))
        .explode("value")
        .join(changed, on=[AdNames.org_id, "value"], how="semi")
        .select(*ORIGIN, is_changed=pl.lit(value=True))
        .unique()
    )
    aliases = [normalize_text(value) for value in ads.aliases]
    is_aliased = pl.any_horizontal(pl.col(f"{value}_key").is_in(aliases) for value in VALUE_OF)
    return origins.join(timed, on=ORIGIN, how="left", validate="1:1").with_columns(
        is_timed=pl.any_horizontal("is_changed", is_aliased).fill_null(value=False)
    )


def list_lookups(keyed: pl.LazyFrame, origins: pl.LazyFrame) -> pl.LazyFrame:
    """One row per origin and day (null where the day does not matter): what is to be matched.

    Args:
        keyed: Sessions with their days and origins (`key_sessions`).
        origins: What the origins say, `is_timed` among it (`flag_timed`).
    """
    timed = origins.filter("is_timed")
    days = (
        keyed.select(*ORIGIN, pl.col(SessionFacts.date_day).alias(DAY))
        .join(timed.select(ORIGIN), on=ORIGIN, how="semi")
        .unique()
    )
    return pl.concat(
        [
            timed.join(days, on=ORIGIN, how="inner", validate="1:m"),
            origins.filter(~pl.col("is_timed")).with_columns(pl.lit(None, pl.Date).alias(DAY)),
        ],
        how="diagonal",
    )


def match_lookups(
    lookups: pl.LazyFrame, entries: pl.LazyFrame, ads: AdsSection, settle: Settle
) -> pl.LazyFrame:
    """Match each origin and day.

    Args:
        lookups: Origins and days (`list_lookups`).
        entries: The ads and campaigns that they may mean (`select_entries`).
        ads: The match mode and the user's aliases.
        settle: Holds a small frame.

    Returns:
        One row per origin and day, with its `ANSWER`.
    """
    cases = settle(lookups.select(*CASE, "utm_id_key").unique())
    answers = answer_cases(cases, entries, ads, settle)
    return (
        lookups.join(answers, on=CASE, how="left", nulls_equal=True, validate="m:1")
        .pipe(explain_matches, ads.match)
        .select(*ORIGIN, DAY, *ANSWER)
    )


def answer_cases(
    cases: pl.LazyFrame, entries: pl.LazyFrame, ads: AdsSection, settle: Settle
) -> pl.LazyFrame:
    """Answer each case by the first step that hits.

    Args:
        cases: One row per case: `CASE`, and `utm_id_key`.
        entries: The ads and campaigns that they may mean (`select_entries`).
        ads: The match mode and the user's aliases.
        settle: Holds a small frame.

    Returns:
        At most one row per case; none where no step hits.
    """
    all_ads = entries.filter(pl.col(AdNames.level) == AdLevel.AD)
    all_campaigns = entries.filter(pl.col(AdNames.level) == AdLevel.CAMPAIGN)
    named = settle(find_campaigns(cases, all_campaigns))
    steps = [answer_aliases(cases, list_aliases(ads.aliases), all_ads, all_campaigns)]
    if ads.match != "utm_campaign":
        steps.append(answer_ad_ids(cases, all_ads, named))
        steps.append(answer_ad_names(cases, all_ads, named))
    if ads.match != "utm_content":
        steps.append(answer_campaigns(cases, named))
    ranked = [step.with_columns(step=pl.lit(rank)) for rank, step in enumerate(steps)]
    return (
        settle(pl.concat(ranked, how="diagonal"))
        .filter(pl.col("step") == pl.col("step").min().over(CASE))
        .drop("step")
    )


def join_matches(keyed: pl.LazyFrame, origins: pl.LazyFrame, matches: pl.LazyFrame) -> pl.LazyFrame:
    """Give each session what its origin says and the answer of its origin and day.

    Args:
        keyed: Sessions with their days and origins (`key_sessions`).
        origins: What the origins say (`flag_timed`).
        matches: The answers (`match_lookups`).

    Returns:
        The session fact: as many rows as `keyed` has.
    """
    said = origins.select(
        *ORIGIN, *VALUES, SessionFacts.has_macro, SessionFacts.channel_group, "is_timed"
    )
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
