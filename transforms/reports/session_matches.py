"""Every session with its ad, and why (SPEC §6.2)."""

import polars as pl

from contracts.columns import Rows, columns, key
from contracts.facts.matching.session_facts import SessionBase, SessionFacts
from contracts.facts.matching.session_matching import SessionLinks
from contracts.reports.session_matches import SessionMatches
from transforms.common.shared_texts import share_texts

OWN = [SessionMatches.date_day, SessionMatches.started_at, SessionMatches.landing_page]
SESSION_ROW = [
    *key(SessionMatches),
    *OWN,
    SessionMatches.is_human,
    SessionLinks.link,
]
"""What of a report's row is the session's own, and the number of its link."""


def describe_sessions(sessions: Rows[SessionBase]) -> pl.LazyFrame:
    """Describe each matched session by what is its own.

    A session whose user agent nobody knows counts as a person's.

    Args:
        sessions: `SessionBase` and `link`.

    Returns:
        As many rows, with `SESSION_ROW`.
    """
    is_bot = pl.col(SessionFacts.is_bot).fill_null(value=False)
    return sessions.select(
        *key(SessionMatches), *OWN, (~is_bot).alias(SessionMatches.is_human), SessionLinks.link
    )


def share_links(links: Rows[SessionLinks]) -> pl.LazyFrame:
    """What rows have of the links that their sessions came by, each text once.

    Returns:
        As many rows: the number of the link and columns of `SessionMatches`.
    """
    of_link = [name for name in columns(SessionMatches) if name not in SESSION_ROW]
    return links.select(SessionLinks.link, *of_link).pipe(share_texts)


def list_matches(sessions: pl.LazyFrame, links: pl.LazyFrame) -> Rows[SessionMatches]:
    """List how each session was matched.

    Args:
        sessions: `describe_sessions`, in any order.
        links: What their links say (`share_links`).

    Returns:
        In the order of the sessions.
    """
    return sessions.join(
        links, on=SessionLinks.link, how="left", validate="m:1", maintain_order="left"
    ).select(columns(SessionMatches))
