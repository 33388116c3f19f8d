"""Audits of a few links against a few names and amounts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from contracts.config.workspace import AdsSection
from contracts.facts.ads.ad_sums import AdSpend
from contracts.facts.matching.session_matching import NamesUsedTwice
from contracts.reports.session_matches import UtmAudit
from flows.runtime.materialize import materialize
from tests.support.ad_world import (
    Link,
    Name,
    ad_names,
    campaign,
    match_sessions,
    sessions,
)
from tests.support.frames import frame
from transforms.matching.shared_names import list_names_used_twice
from transforms.matching.suggestions import suggest_targets
from transforms.matching.utm_audit import audit_utm

NAMES = [
    campaign("google_ads", "G", "1", "Spring Sale"),
    Name("google_ads", "G", "1", "101", "11", "Blue"),
    Name("google_ads", "G", "1", "101", "12", "Red"),
]


def spent(*rows: tuple[str, str | None, str]) -> pl.LazyFrame:
    """What ads cost: rows of (campaign_id, ad_id, spend) on Google, in the first week of April."""
    return frame(
        AdSpend,
        [
            {
                "org_id": "default",
                "platform": "google_ads",
                "campaign_id": campaign_id,
                "campaign_name": f"Campaign {campaign_id}",
                "ad_id": ad_id,
                "ad_name": ad_id and f"Ad {ad_id}",
                "spend": Decimal(cost),
                "first_day": date(2026, 4, 1),
                "last_day": date(2026, 4, 7),
            }
            for campaign_id, ad_id, cost in rows
        ],
    )


def audit(
    links: list[Link],
    names: Sequence[Name] = NAMES,
    spend: Sequence[tuple] = (),
    ads: AdsSection | None = None,
) -> pl.DataFrame:
    known = ad_names(names)
    matched = match_sessions(sessions(links), known, ads or AdsSection())
    twice = materialize(list_names_used_twice(matched.links, known), NamesUsedTwice)
    found = audit_utm(matched.links, known, twice, spent(*spend)).collect()
    UtmAudit.validate(found)
    suggested = suggest_targets(found, known.collect())
    UtmAudit.validate(suggested)
    return suggested


def of_kind(found: pl.DataFrame, kind: str, *names: str) -> list[tuple]:
    return found.filter(pl.col("kind") == kind).select(names).rows()
