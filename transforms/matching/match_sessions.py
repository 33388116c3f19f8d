"""Matching every session to its ad, once per distinct link (SPEC §7)."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import columns
from contracts.config.workspace import AdsSection
from contracts.facts.ad_facts import AdNames
from contracts.facts.session_facts import OwnOfSession, SessionFacts
from contracts.vocabulary import AdLevel
from transforms.common.calendar import reporting_day
from transforms.common.joins import STREAMED
from transforms.common.settling import Settle
from transforms.matching.candidates import describe_origins, flag_timed, select_entries
from transforms.matching.lookup import DAY
from transforms.matching.reasons import explain_matches
from transforms.matching.steps import (
    CASE,
    answer_ad_ids,
    answer_ad_names,
    answer_aliases,
    answer_campaigns,
    find_campaigns,
    list_aliases,
)
from transforms.web.traffic_sources import ORIGIN, VALUES, key_origins

LINK = "link"
VISITS = "visits"
OF_SESSION = columns(OwnOfSession)
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


@dataclass(frozen=True)
class MatchedSessions:
    """Sessions, and the few distinct links that they came by.

    Attributes:
        sessions: One row per session: `OwnOfSession` and `link`.
        links: One row per `link`: what it says (utm values, channel_group) and its answer.
    """

    sessions: pl.LazyFrame
    links: pl.LazyFrame

    def facts(self) -> pl.LazyFrame:
        """The session fact (`SessionFacts`): each session exactly once, in any order."""
        links = self.links.drop(SessionFacts.org_id)
        return self.sessions.join(links, on=LINK, how="left", validate=STREAMED).select(
            columns(SessionFacts)
        )

    def count(self) -> pl.LazyFrame:
        """The links with the number of their `visits`."""
        visits = self.sessions.group_by(LINK).agg(pl.len().cast(pl.Int64).alias(VISITS))
        return self.links.join(visits, on=LINK, how="inner", validate="1:1")


def match_origins(
    keyed: pl.LazyFrame,
    origins: pl.LazyFrame,
    ad_names: pl.LazyFrame,
    ads: AdsSection,
    settle: Settle,
) -> MatchedSessions:
    """Match every session to the one ad or campaign that it came from.

    Args:
        keyed: `OwnOfSession` and the keys of origins (`key_sessions`).
        origins: Their distinct origins (`list_origins`).
        ad_names: One row per name and its days (`AdNames`).
        ads: The match mode, the user's sources and aliases.
        settle: Holds a small frame: at most a row per origin and day.

    Returns:
        Each session exactly once, with its link; every link with its answer.
    """
    described = settle(describe_origins(settle(origins), ad_names, ads.sources))
    entries = settle(select_entries(described, ad_names, ads))
    timed = settle(flag_timed(described, entries, ads))
    lookups = settle(list_lookups(keyed, timed))
    matches = match_lookups(lookups, entries, ads, settle)
    links = settle(list_links(timed, matches))
    return MatchedSessions(find_links(keyed, links), links.drop(*ORIGIN, DAY))


def key_sessions(sessions: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Add to each session its day, the key of its origin and what that is read from.

    Args:
        sessions: Canonical sessions, with `is_bot` where it is known.
        timezone: The reporting time zone.
    """
    return key_origins(sessions).with_columns(
        reporting_day(pl.col(SessionFacts.started_at), timezone).alias(SessionFacts.date_day)
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


def list_links(origins: pl.LazyFrame, matches: pl.LazyFrame) -> pl.LazyFrame:
    """Number what sessions came by: one row per origin and day (null where it does not matter).

    Args:
        origins: What the origins say (`flag_timed`).
        matches: The answers (`match_lookups`).
    """
    said = origins.select(
        *ORIGIN, AdNames.org_id, *VALUES, SessionFacts.has_macro, SessionFacts.channel_group
    )
    return said.join(matches, on=ORIGIN, how="inner", validate="1:m").with_row_index(LINK)


def find_links(keyed: pl.LazyFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    """Give each session the number of its link.

    Args:
        keyed: Sessions with their days and origins (`key_sessions`).
        links: What they came by (`list_links`).

    Returns:
        As many rows as `keyed` has.
    """
    day = SessionFacts.date_day
    lasting = links.filter(pl.col(DAY).is_null()).select(*ORIGIN, LINK)
    of_days = links.filter(pl.col(DAY).is_not_null()).select(
        *ORIGIN, pl.col(DAY).alias(day), pl.col(LINK).alias(DAY)
    )
    return (
        keyed.select(*OF_SESSION, *ORIGIN)
        .join(lasting, on=ORIGIN, how="left", validate=STREAMED)
        .join(of_days, on=[*ORIGIN, day], how="left", validate=STREAMED)
        .with_columns(pl.coalesce(LINK, DAY).alias(LINK))
        .drop(*ORIGIN, DAY)
    )
