"""Every session with its ad, and why (SPEC §6.2)."""

import polars as pl

from contracts.columns import columns, key
from contracts.reports.session_matches import SessionMatches
from transforms.ads.rollup import ReportRows
from transforms.matching.match_sessions import LINK, MatchedSessions


def list_matches(matched: MatchedSessions) -> ReportRows:
    """List how each session was matched.

    Args:
        matched: Sessions, and what they came by.

    Returns:
        `SessionMatches`, sorted by its key.
    """
    by = key(SessionMatches)
    answer = [name for name in columns(SessionMatches) if name not in by]
    answers = matched.links.select(LINK, *answer)

    def add_answers(rows: pl.LazyFrame) -> pl.LazyFrame:
        return rows.join(
            answers, on=LINK, how="left", validate="m:1", maintain_order="left"
        ).select(columns(SessionMatches))

    return ReportRows(matched.sessions.select(*by, LINK).sort(by), add_answers)
