"""Audits of a few links against a few names and amounts."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from contracts.config.workspace import AdsSection
from contracts.reports.session_matches import UtmAudit
from tests.support.ad_world import (
    Link,
    Name,
    ad_names,
    campaign,
    match_sessions,
    sessions,
)
from transforms.matching.suggestions import suggest_targets
from transforms.matching.utm_audit import add_landing_pages, audit_utm

SPEND = {
    "org_id": pl.String,
    "platform": pl.String,
    "campaign_id": pl.String,
    "campaign_name": pl.String,
    "ad_id": pl.String,
    "ad_name": pl.String,
    "spend": pl.Decimal(18, 4),
}
NAMES = [
    campaign("google_ads", "G", "1", "Spring Sale"),
    Name("google_ads", "G", "1", "101", "11", "Blue"),
    Name("google_ads", "G", "1", "101", "12", "Red"),
]


def spent(*rows: tuple) -> pl.LazyFrame:
    """Rows of (campaign_id, ad_id, spend) on Google."""
    filled = [
        (
            "default",
            "google_ads",
            campaign_id,
            f"Campaign {campaign_id}",
            ad_id,
            ad_id and f"Ad {ad_id}",
            cost,
        )
        for campaign_id, ad_id, cost in rows
    ]
    return pl.LazyFrame(
        [(*row[:-1], Decimal(row[-1])) for row in filled], schema=SPEND, orient="row"
    )


def audit(
    links: list[Link],
    names: Sequence[Name] = NAMES,
    spend: Sequence[tuple] = (),
    ads: AdsSection | None = None,
) -> pl.DataFrame:
    frame = ad_names(names)
    matched = match_sessions(sessions(links), frame, ads or AdsSection())
    links = add_landing_pages(matched.count(), matched.sessions)
    found = audit_utm(links, frame, spent(*spend)).collect()
    UtmAudit.validate(found)
    suggested = suggest_targets(found, frame.collect())
    UtmAudit.validate(suggested)
    return suggested


def of_kind(found: pl.DataFrame, kind: str, *names: str) -> list[tuple]:
    return found.filter(pl.col("kind") == kind).select(names).rows()
