"""Sessions to the ads that brought them: the intermediates of matching, one by one (SPEC §7)."""

from pathlib import Path

import polars as pl

from contracts.config.workspace import Workspace
from contracts.facts.session_matching import (
    AdCandidates,
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
from flows.catalog.canonical_tables import Catalog
from flows.runtime.materialize import materialize
from transforms.matching.ad_evidence import list_message_names
from transforms.matching.candidates import describe_sources, flag_dated, select_candidates
from transforms.matching.match_sessions import (
    SESSION_COLUMNS,
    MatchedSessions,
    answer_cases,
    find_campaigns_of_cases,
    find_links,
    key_sessions,
    list_cases,
    list_links,
    list_lookups,
)
from transforms.web.traffic_sources import SOURCE_KEY, list_traffic_sources


def match_sessions(
    sessions: pl.LazyFrame,
    ad_names: pl.LazyFrame,
    message_names: pl.LazyFrame,
    config: Workspace,
    scratch: Path,
) -> MatchedSessions:
    """Match every session to the one ad or campaign that it came from.

    Sessions are written down once, with what is read of them later; only their few distinct
    traffic sources, and the days on which these may mean different ads, are held in memory.

    Args:
        sessions: Canonical sessions with `is_bot`.
        ad_names: `AdNames`.
        message_names: `MessageNameKeys`.
        config: The workspace's configuration.
        scratch: A folder for the sessions.
    """
    keyed = key_sessions(sessions, config.workspace.timezone)
    scratch.mkdir(parents=True, exist_ok=True)
    written = scratch / "sessions.parquet"
    sink = keyed.select(*SESSION_COLUMNS, *SOURCE_KEY).sink_parquet(
        written, compression="lz4", lazy=True
    )
    _, found = pl.collect_all([sink, list_traffic_sources(keyed)])
    kept = pl.scan_parquet(written)
    links = match_links(found.lazy(), kept, ad_names, message_names, config)
    return MatchedSessions(find_links(kept, links), links)


def find_message_names(catalog: Catalog) -> pl.LazyFrame:
    """What campaigns, dispatches and messages of the message channels are called."""
    tables = ("campaigns", "dispatches", "messages", "message_stats")
    return materialize(list_message_names(*map(catalog.scan, tables)), MessageNameKeys)


def match_links(
    sources: pl.LazyFrame,
    keyed: pl.LazyFrame,
    ad_names: pl.LazyFrame,
    message_names: pl.LazyFrame,
    config: Workspace,
) -> pl.LazyFrame:
    """Match every link by which sessions came.

    Args:
        sources: The sessions' traffic sources (`list_traffic_sources`).
        keyed: The sessions' days and traffic sources.
        ad_names: `AdNames`.
        message_names: `MessageNameKeys`.
        config: The workspace's configuration.

    Returns:
        `SessionLinks`.
    """
    ads = config.ads
    sources = materialize(sources, TrafficSources)
    described = materialize(
        describe_sources(sources, ad_names, message_names, ads), DescribedSources
    )
    candidates = materialize(select_candidates(described, ad_names, ads), AdCandidates)
    dated = materialize(flag_dated(described, candidates, ads), DatedSources)
    lookups = materialize(list_lookups(keyed, dated), MatchLookups)
    cases = materialize(list_cases(lookups), MatchCases)
    campaigns = materialize(find_campaigns_of_cases(cases, candidates), CampaignHits)
    answers = materialize(answer_cases(cases, candidates, campaigns, ads), CaseAnswers)
    return materialize(list_links(lookups, answers, ads), SessionLinks)
