"""What sessions and links tell: every session's match, and what is broken between links and ads."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from contracts.columns import key
from contracts.config.workspace import AdsSection
from contracts.manifest import Check, Warned
from contracts.reports.session_matches import SessionMatches
from flows.runtime.materialize import scan_groups, write_groups
from flows.storage.report_files import write_pieces, write_table
from transforms.matching.aliases import find_unknown_aliases, warn_of_aliases
from transforms.matching.match_sessions import MatchedSessions
from transforms.matching.suggestions import suggest_targets
from transforms.matching.utm_audit import audit_utm
from transforms.reports.session_matches import describe_sessions, list_matches

SESSIONS_A_PART = 10_000_000
"""How many sessions are sorted in memory at a time."""
ROWS_A_PIECE = 500_000
"""How many rows are held with all their texts."""
SAMPLED_KEYS = 10_000
"""From how many keys the bounds of parts are drawn."""


def write_session_matches(matched: MatchedSessions, staging: Path, scratch: Path) -> list[Check]:
    """Write `session_matches`, one file whatever the number of sessions.

    Args:
        matched: Every session and its link.
        staging: The snapshot being written.
        scratch: A folder for sessions that are cut into parts.
    """
    rows = describe_sessions(matched.sessions)
    count = rows.select(pl.len()).collect().item()
    parts = _cut_by_key(rows, count, scratch) if count > SESSIONS_A_PART else iter([rows])
    return write_pieces(
        staging, "ads", "session_matches", _list_pieces(parts, matched.links.lazy())
    )


def _list_pieces(parts: Iterator[pl.LazyFrame], links: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The report in the order of its key, from parts whose keys follow each other."""
    for part in parts:
        sessions = part.sort(key(SessionMatches)).collect(engine="in-memory")
        for piece in sessions.iter_slices(ROWS_A_PIECE):
            yield list_matches(piece.lazy(), links).collect(engine="in-memory")


def _cut_by_key(rows: pl.LazyFrame, count: int, scratch: Path) -> Iterator[pl.LazyFrame]:
    """Cut sessions into parts that can be held, each with the keys between two bounds."""
    org_id, session_id = key(SessionMatches)
    groups = count // SESSIONS_A_PART + 1
    every = max(count // SAMPLED_KEYS, 1)
    sampled = rows.select(org_id, session_id).gather_every(every).collect().sort(org_id, session_id)
    bounds = sampled.gather_every(sampled.height // groups + 1, offset=sampled.height // groups)
    is_beyond = [
        (pl.col(org_id) > org) | ((pl.col(org_id) == org) & (pl.col(session_id) >= session))
        for org, session in bounds.iter_rows()
    ]
    folder = scratch / "session_matches"
    part = pl.sum_horizontal(is_beyond).cast(pl.UInt64)
    write_groups(rows, part, len(is_beyond) + 1, folder)
    schema = rows.collect_schema()
    for number in range(len(is_beyond) + 1):
        yield scan_groups(folder, schema, number)


def write_utm_audit(
    matched: MatchedSessions, ad_names: pl.DataFrame, spend: pl.LazyFrame, staging: Path
) -> list[Check]:
    """Write what is broken between links and ads, with the money at risk and what may be meant.

    Args:
        matched: Every session and its link.
        ad_names: `AdNames`.
        spend: What each ad cost, and what is known of campaigns alone.
        staging: The snapshot being written.
    """
    found = audit_utm(matched.links, ad_names.lazy(), spend).collect()
    return write_table(staging, "ads", "utm_audit", suggest_targets(found, ad_names))


def find_alias_warnings(
    matched: MatchedSessions, ad_names: pl.DataFrame, ads: AdsSection
) -> list[Warned]:
    """Warn of aliases whose ad or campaign no feed knows."""
    if not ads.aliases:
        return []
    return warn_of_aliases(find_unknown_aliases(ads, ad_names), matched.links.collect())
