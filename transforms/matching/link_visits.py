"""The sessions of each link, added up from those of its traffic source by the day."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.matching.session_facts import MatchStatus, SessionFacts
from contracts.facts.matching.session_matching import (
    AuditedLinks,
    SessionLinks,
    SessionVisits,
    SourceDays,
    TrafficSources,
)
from transforms.common.keys import CONTACT, hash_id
from transforms.matching.match_sessions import LINK, find_links
from transforms.web.traffic_sources import SOURCE_KEY, UTM_VALUES

PAGE = AuditedLinks.landing_page


def sum_source_days(keyed: pl.LazyFrame) -> Rows[SourceDays]:
    """Count the sessions of each traffic source by the day.

    Args:
        keyed: Sessions with their days and traffic sources (`key_sessions`).
    """
    return keyed.group_by(*SOURCE_KEY, SessionFacts.date_day).agg(
        pl.len().cast(pl.Int64).alias(SourceDays.session_count), pl.col(PAGE).min()
    )


def list_visits(keyed: pl.LazyFrame, sources: Rows[TrafficSources]) -> Rows[SessionVisits]:
    """List the sessions that may have come from an ad: of their visitors, distinct ones count.

    Args:
        keyed: Sessions with their days and traffic sources (`key_sessions`).
    """
    told = pl.exclude(*SOURCE_KEY, TrafficSources.org_id)
    silent = sources.filter(pl.all_horizontal(told.is_null()))
    return keyed.join(silent, on=SOURCE_KEY, how="anti").select(
        *SOURCE_KEY,
        SessionFacts.date_day,
        hash_id(SessionFacts.contact_id, seed=CONTACT).alias(SessionVisits.contact_key),
    )


def count_visits(links: Rows[SessionLinks], days: Rows[SourceDays]) -> Rows[AuditedLinks]:
    """Add to links how many sessions came by them, and where those lead that may be broken.

    Args:
        days: Of every session, of several parts of them one after the other.

    Returns:
        Links that say nothing or are in order have no page.
    """
    day = pl.col(SourceDays.date_day)
    counts = (
        find_links(days, links)
        .group_by(LINK)
        .agg(
            pl.col(SourceDays.session_count).sum(),
            day.min().alias(AuditedLinks.first_day),
            day.max().alias(AuditedLinks.last_day),
            pl.col(PAGE).min(),
        )
    )
    says_something = pl.any_horizontal(
        pl.col(name).is_not_null() for name in (*UTM_VALUES, AuditedLinks.platform)
    )
    is_in_order = (
        (pl.col(AuditedLinks.match_status) == MatchStatus.MATCHED)
        & ~pl.col(AuditedLinks.has_macro)
        & (pl.col(AuditedLinks.ad_id).is_not_null() | pl.col(AuditedLinks.utm_content).is_null())
    )
    return (
        links.join(counts, on=LINK, how="inner", validate="1:1")
        .with_columns(pl.when(says_something & ~is_in_order).then(PAGE).alias(PAGE))
        .select(columns(AuditedLinks))
    )
