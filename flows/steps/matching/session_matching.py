"""Sessions to the ads that brought them: the intermediates of matching, one by one (SPEC §7)."""

import polars as pl

from contracts.columns import Rows, no_rows
from contracts.config.workspace import Workspace
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import (
    AdCandidates,
    AuditedLinks,
    CampaignHits,
    CaseAnswers,
    DatedSources,
    DescribedSources,
    MatchCases,
    MatchLookups,
    MessageNameKeys,
    SessionLinks,
    TrafficSources,
)
from flows.runtime.materialize import hold, materialize
from flows.steps.matching.sessions import KeyedSessions
from transforms.matching.candidates import describe_sources, flag_dated, select_candidates
from transforms.matching.link_visits import count_visits
from transforms.matching.match_sessions import (
    CASE,
    MatchedSessions,
    answer_cases,
    find_campaigns_of_cases,
    find_links,
    list_links,
    list_lookups,
)


def match_sessions(
    keyed: KeyedSessions,
    ad_names: Rows[AdNames],
    message_names: Rows[MessageNameKeys],
    config: Workspace,
) -> MatchedSessions:
    """Match every session to the one ad or campaign that it came from.

    Only the few distinct traffic sources of sessions, and the days on which these may mean
    different ads, are held in memory.
    """
    links, audited = no_rows(SessionLinks), no_rows(AuditedLinks)
    if keyed.pieces:
        links = match_links(keyed.sources, keyed.days, ad_names, message_names, config)
        audited = materialize(count_visits(links, keyed.days), AuditedLinks)
    linked, visits = (find_links(rows, links) for rows in (keyed.sessions, keyed.visits))
    return MatchedSessions(linked, audited, visits, keyed.identity, keyed.sessions, keyed.pieces)


def match_links(
    sources: pl.LazyFrame,
    days: pl.LazyFrame,
    ad_names: Rows[AdNames],
    message_names: Rows[MessageNameKeys],
    config: Workspace,
) -> Rows[SessionLinks]:
    """Match every link by which sessions came.

    Args:
        sources: The sessions' traffic sources (`list_traffic_sources`).
        days: The sessions' days and traffic sources.
    """
    ads, message_names = config.ads, hold(message_names, MessageNameKeys)
    sources = hold(sources, TrafficSources)
    described = hold(describe_sources(sources, ad_names, message_names, ads), DescribedSources)
    candidates = hold(select_candidates(described, ad_names, ads), AdCandidates)
    dated = hold(flag_dated(described, candidates, ads), DatedSources)
    lookups = materialize(list_lookups(days, dated), MatchLookups)
    cases = hold(lookups.select(CASE).unique(), MatchCases)
    campaigns = hold(find_campaigns_of_cases(cases, candidates), CampaignHits)
    answers = hold(answer_cases(cases, candidates, campaigns, ads), CaseAnswers)
    return hold(list_links(lookups, answers, ads), SessionLinks)
