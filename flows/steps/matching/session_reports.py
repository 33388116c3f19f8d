"""What sessions and links tell: every session's match, and what is broken between links and ads."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl

from contracts.columns import Held, key
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import AuditedLinks, NamesUsedTwice
from contracts.manifest import Check
from contracts.reports.session_matches import SessionMatches
from flows.catalog.canonical_tables import Catalog
from flows.runtime.materialize import materialize
from flows.steps.matching.sessions import sort_sessions
from flows.storage.report_files import write_pieces, write_table
from flows.storage.table_checks import equal_or_more
from transforms.matching.match_sessions import MatchedSessions
from transforms.matching.shared_names import list_names_used_twice
from transforms.matching.suggestions import suggest_targets
from transforms.matching.utm_audit import audit_utm
from transforms.reports.session_matches import describe_sessions, list_matches, share_links

GROUP, MATCHES = "ads", "session_matches"
SESSIONS_A_PART = 500_000
"""How many sessions are sorted in memory at a time."""
ROWS_A_PIECE = 100_000
"""How many rows are held with all their texts."""
SAMPLED_KEYS = 10_000
"""From how many keys the bounds of parts are drawn."""
ORG_ID, SESSION_ID = key(SessionMatches)
Key = tuple[str, str]


def write_session_matches(matched: MatchedSessions, staging: Path) -> list[Check]:
    """Write `session_matches`, one file whatever the number of sessions."""
    count = matched.links.select(pl.sum(AuditedLinks.session_count)).collect().item()
    bounds = _find_bounds(matched.sessions, count) if count > SESSIONS_A_PART else []
    rows = describe_sessions(matched.sessions)
    parts = (rows.filter(_is_within(*ends)) for ends in pairwise([None, *bounds, None]))
    links = share_links(matched.links).collect(engine="in-memory")
    pieces = _list_pieces(parts, links.lazy())
    return write_pieces(staging, GROUP, MATCHES, pieces)


def reconcile_sessions(catalog: Catalog, staging: Path) -> Check:
    """Every accepted session has its match; page views make others.

    Args:
        staging: The snapshot being written, with its matches.
    """
    found = pl.scan_parquet(staging / GROUP / f"{MATCHES}.parquet").select(pl.len())
    return equal_or_more(
        "ads: sessions as accepted",
        catalog.count("sessions"),
        found.collect().item(),
        "being made of page views",
        may_be_more=catalog.has_rows("page_views"),
    )


def _list_pieces(parts: Iterable[pl.LazyFrame], links: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The report in the order of its key, from parts whose keys follow each other.

    Texts of links are shared once before: of each piece anew, that took half of its time.
    """
    for part in parts:
        sessions = sort_sessions(part.collect(engine="in-memory"))
        for piece in sessions.iter_slices(ROWS_A_PIECE):
            yield list_matches(piece.lazy(), links).collect(engine="in-memory")


def _find_bounds(rows: pl.LazyFrame, count: int) -> list[Key]:
    """The keys at which parts begin that can be held, but for the first."""
    keys = rows.select(ORG_ID, SESSION_ID).gather_every(max(count // SAMPLED_KEYS, 1))
    sampled = keys.sort(ORG_ID, SESSION_ID).collect()
    every = sampled.height // (count // SESSIONS_A_PART + 1) + 1
    return sampled.gather_every(every, offset=every).unique(maintain_order=True).rows()


def _is_within(first: Key | None, end: Key | None) -> pl.Expr:
    """Whether a session's key lies from the first on and before the end."""
    is_before_end = pl.lit(value=True) if end is None else ~_is_from(end)
    return is_before_end if first is None else is_before_end & _is_from(first)


def _is_from(first: Key) -> pl.Expr:
    org_id, session_id = first
    is_own, is_later = pl.col(ORG_ID) == org_id, pl.col(ORG_ID) > org_id
    return is_later | (is_own & (pl.col(SESSION_ID) >= session_id))


def write_utm_audit(
    matched: MatchedSessions, ad_names: Held[AdNames], spend: pl.LazyFrame, staging: Path
) -> list[Check]:
    """Write what is broken between links and ads, with the money at risk and what may be meant.

    Args:
        spend: What each ad cost, and what is known of campaigns alone.
    """
    names = ad_names.lazy()
    twice = materialize(list_names_used_twice(matched.links, names), NamesUsedTwice)
    found = audit_utm(matched.links, names, twice, spend).collect(engine="streaming")
    return write_table(staging, GROUP, "utm_audit", suggest_targets(found, ad_names))
