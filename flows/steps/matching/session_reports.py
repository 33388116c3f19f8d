"""What sessions and links tell: every session's match, and what is broken between links and ads."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, key
from contracts.config.workspace import AdsSection
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import AuditedLinks, NamesUsedTwice
from contracts.manifest import Check, Warned, count_of
from contracts.reports.session_matches import SessionMatches, UtmAudit
from flows.catalog.canonical_tables import Catalog
from flows.runtime.materialize import materialize
from flows.steps.matching.sessions import sort_sessions
from flows.storage.report_files import write_pieces, write_table
from flows.storage.table_checks import equal_or_more
from transforms.matching.match_sessions import MatchedSessions
from transforms.matching.shared_names import list_names_used_twice
from transforms.matching.suggestions import suggest_targets
from transforms.matching.troubled_links import list_aliases_to_nothing
from transforms.matching.utm_audit import audit_utm
from transforms.reports.session_matches import describe_sessions, list_matches, share_links

GROUP, MATCHES = "ads", "session_matches"
SESSIONS_A_PART = 500_000
"""How many sessions are sorted in memory at a time."""
ROWS_A_PIECE = 100_000
"""How many rows are held with all their texts."""
SAMPLED_KEYS = 10_000
"""From how many keys the bounds of parts are drawn."""
NAMED_ALIASES = 3
"""How many aliases a warning spells out."""
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


def warn_of_aliases(
    ads: AdsSection, ad_names: Held[AdNames], links: Rows[AuditedLinks]
) -> Iterator[Warned]:
    """Warn of aliases that lead to nothing, with the sessions that they leave unmatched.

    Args:
        ads: The user's aliases.
        links: An alias may also be unknown to some organizations alone.
    """
    if not ads.aliases:
        return
    unknown = _find_unknown(ads, ad_names)
    read = [UtmAudit.value, AuditedLinks.session_count]
    lost = list_aliases_to_nothing(links).select(read).collect()
    sessions = int(lost.get_column(AuditedLinks.session_count).sum())
    meant = {value.casefold() for value in unknown}
    used = sorted({*lost.get_column(UtmAudit.value).drop_nulls()})
    unknown += [value for value in used if value.casefold() not in meant]
    if not unknown:
        return
    named = ", ".join(repr(value) for value in unknown[:NAMED_ALIASES])
    message = (
        f"aliases of [ads.aliases] ({named}) lead to ads or campaigns that no feed knows, and "
        f"leave {count_of(sessions, 'session')} unmatched; correct or remove them there"
    )
    yield Warned(code="alias_unknown", message=message, count=sessions, setting="[ads.aliases]")


def _find_unknown(ads: AdsSection, ad_names: pl.DataFrame) -> list[str]:
    """Find the aliases whose ad or campaign no organization's feeds know."""
    ids = [name for alias in ads.aliases.values() for name in (alias.ad_id, alias.campaign_id)]
    is_meant = pl.any_horizontal(pl.col(AdNames.ad_id, AdNames.campaign_id).is_in(ids))
    known = set(
        ad_names.filter(is_meant)
        .select(AdNames.platform, AdNames.campaign_id, AdNames.ad_id)
        .rows()
    )
    campaigns = {(platform, campaign) for platform, campaign, _ in known}
    of_ads = {(platform, ad) for platform, _, ad in known if ad is not None}
    return [
        value
        for value, alias in ads.aliases.items()
        if (alias.ad_id is not None and (alias.platform, alias.ad_id) not in of_ads)
        or (alias.ad_id is None and (alias.platform, alias.campaign_id) not in campaigns)
    ]
