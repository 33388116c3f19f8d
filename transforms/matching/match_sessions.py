"""Matching every session to its ad, once per distinct link (SPEC §7)."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import Rows, columns
from contracts.config.workspace import AdsSection
from contracts.facts.matching.session_facts import SessionBase, SessionFacts
from contracts.facts.matching.session_matching import (
    AdCandidates,
    AuditedLinks,
    CampaignHits,
    CaseAnswers,
    DatedSources,
    MatchCases,
    MatchLookups,
    SessionLinks,
    SessionVisits,
)
from contracts.feeds import Sessions
from contracts.vocabulary import AdLevel
from transforms.common.calendar import reporting_day
from transforms.common.joins import HELD, STREAMED
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
from transforms.web.traffic_sources import SOURCE_KEY, key_traffic_sources
from transforms.web.utm import base_url

LINK = SessionLinks.link
SESSION_COLUMNS = columns(SessionBase)
DAY = MatchLookups.day


@dataclass(frozen=True)
class SessionPiece:
    """Some of the sessions, which stay what they are while what they were made from does.

    Attributes:
        rows: One row per session: `SessionBase` and the key of its traffic source.
        sources: These traffic sources, by their key.
    """

    identity: str
    rows: pl.LazyFrame
    sources: pl.LazyFrame


@dataclass(frozen=True)
class MatchedSessions:
    """Sessions, and the few distinct links that they came by.

    Attributes:
        sessions: One row per session: `SessionBase` and `link`.
        links: What each link says, the ad behind it, and its sessions.
        visits: By `link`.
        identity: What the sessions are, apart from their links.
        unlinked: One row per session, as `SessionBase`, where finding the links can be saved.
        pieces: The same sessions, piece by piece.
    """

    sessions: pl.LazyFrame
    links: Rows[AuditedLinks]
    visits: Rows[SessionVisits]
    identity: str = ""
    unlinked: pl.LazyFrame | None = None
    pieces: tuple[SessionPiece, ...] = ()

    def facts(self) -> pl.LazyFrame:
        """The session fact (`SessionFacts`): each session exactly once, in any order."""
        links = self.links.drop(SessionLinks.org_id)
        return self.sessions.join(
            links, on=LINK, how="left", validate=STREAMED, build_side=HELD
        ).select(columns(SessionFacts))


def key_sessions(sessions: Rows[Sessions], timezone: str) -> pl.LazyFrame:
    """Add to each session its day, page and traffic source's key, and what that is read from.

    Args:
        sessions: With `is_bot` where it is known.
    """
    return key_traffic_sources(sessions).with_columns(
        reporting_day(pl.col(SessionFacts.started_at), timezone).alias(SessionFacts.date_day),
        base_url(pl.col(SessionFacts.landing_url)).alias(SessionFacts.landing_page),
    )


def list_lookups(keyed: pl.LazyFrame, sources: Rows[DatedSources]) -> Rows[MatchLookups]:
    """List what is to be matched: traffic sources, by day where the day matters.

    Args:
        keyed: The days and traffic sources of sessions.
    """
    is_dated = pl.col(DatedSources.is_dated)
    dated = sources.filter(is_dated)
    days = (
        keyed.select(*SOURCE_KEY, pl.col(SessionFacts.date_day).alias(DAY))
        .join(dated.select(SOURCE_KEY), on=SOURCE_KEY, how="semi")
        .unique()
    )
    return pl.concat(
        [
            dated.join(days, on=SOURCE_KEY, how="inner", validate="1:m"),
            sources.filter(~is_dated).with_columns(pl.lit(None, pl.Date).alias(DAY)),
        ],
        how="diagonal",
    )


def find_campaigns_of_cases(
    cases: Rows[MatchCases], candidates: Rows[AdCandidates]
) -> Rows[CampaignHits]:
    """Find the campaigns that the utm_id or utm_campaign of cases names."""
    possible = cases.filter(MatchCases.may_be_ad)
    return find_campaigns(possible, _of_level(candidates, AdLevel.CAMPAIGN))


def answer_cases(
    cases: Rows[MatchCases],
    candidates: Rows[AdCandidates],
    campaigns: Rows[CampaignHits],
    ads: AdsSection,
) -> Rows[CaseAnswers]:
    """Answer each case by the first step that hits; an alias counts whatever the medium is.

    Args:
        ads: The match mode and the user's aliases.

    Returns:
        At most one row per case; none where no step hits.
    """
    possible = cases.filter(MatchCases.may_be_ad)
    all_ads = _of_level(candidates, AdLevel.AD)
    all_campaigns = _of_level(candidates, AdLevel.CAMPAIGN)
    steps = [answer_aliases(cases, list_aliases(ads.aliases), all_ads, all_campaigns)]
    if ads.match != "utm_campaign":
        steps.append(answer_ad_ids(possible, all_ads, campaigns))
        steps.append(answer_ad_names(possible, all_ads, campaigns))
    if ads.match != "utm_content":
        steps.append(answer_campaigns(possible, campaigns))
    ranked = [step.with_columns(step=pl.lit(rank)) for rank, step in enumerate(steps)]
    return (
        pl.concat(ranked, how="diagonal")
        .filter(pl.col("step") == pl.col("step").min().over(CASE))
        .drop("step")
    )


def list_links(
    lookups: Rows[MatchLookups], answers: Rows[CaseAnswers], ads: AdsSection
) -> Rows[SessionLinks]:
    """Number the links that sessions came by, and say of each what it was matched to and why.

    Args:
        ads: The match mode.
    """
    return (
        lookups.join(answers, on=CASE, how="left", nulls_equal=True, validate="m:1")
        .pipe(explain_matches, ads.match)
        .sort(*SOURCE_KEY, DAY)
        .with_row_index(LINK)
    )


def find_links(keyed: pl.LazyFrame, links: Rows[SessionLinks]) -> pl.LazyFrame:
    """Give rows the number of the link that their traffic source is on their day.

    Args:
        keyed: Rows with the days and traffic sources of sessions (`key_sessions`).

    Returns:
        As many rows, with `link` in place of the traffic source.
    """
    day = SessionFacts.date_day
    lasting = links.filter(pl.col(DAY).is_null()).select(*SOURCE_KEY, LINK)
    of_days = links.filter(pl.col(DAY).is_not_null()).select(
        *SOURCE_KEY, pl.col(DAY).alias(day), pl.col(LINK).alias(DAY)
    )
    return (
        keyed.join(lasting, on=SOURCE_KEY, how="left", validate=STREAMED, build_side=HELD)
        .join(of_days, on=[*SOURCE_KEY, day], how="left", validate=STREAMED, build_side=HELD)
        .with_columns(pl.coalesce(LINK, DAY).alias(LINK))
        .drop(*SOURCE_KEY, DAY)
    )


def _of_level(candidates: Rows[AdCandidates], level: AdLevel) -> pl.LazyFrame:
    return candidates.filter(pl.col(AdCandidates.level) == level)
