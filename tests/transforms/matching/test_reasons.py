"""Why a session has its ad, or has none: one sentence."""

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.facts.matching.session_matching import CaseAnswers, MatchLookups
from transforms.matching.reasons import explain_matches

SCHEMA = polars_schema(MatchLookups) | polars_schema(CaseAnswers)
FOUND = {"may_be_ad": True, "utm_content": "Blue", "parameter": "utm_content"}


@pytest.mark.parametrize(
    ("row", "level", "method", "reason"),
    [
        (
            FOUND
            | {"platform": "google_ads", "ad_id": "11", "match_level": "ad", "is_former": False}
            | {"match_method": "utm_content_ad_name", "match_status": "matched"},
            "ad",
            "utm_content_ad_name",
            "utm_content 'Blue' is the name of ad 11 of google_ads",
        ),
        (
            FOUND
            | {"match_level": "none", "match_method": "utm_content_ad_id", "candidate_count": 2}
            | {"match_status": "ambiguous"},
            "none",
            "utm_content_ad_id",
            (
                "utm_content 'Blue' is the id of 2 ads that nothing separates: counted for none, "
                "as they are of several platforms"
            ),
        ),
        (
            {"may_be_ad": True, "link_platform": "google_ads", "platform_by": "click_id"}
            | {"click_id": "gclid", "utm_campaign": "{x}"},
            "platform",
            "platform",
            (
                "only the platform google_ads is known, from the click id gclid: "
                "utm_campaign '{x}' is an unresolved macro"
            ),
        ),
        (
            {"may_be_ad": False, "link_platform": "google_ads", "utm_medium": "organic"}
            | {"ad_evidence": "unpaid_medium"},
            "none",
            "none",
            "utm_medium 'organic' says that nobody paid for the link: no ad brought the visit",
        ),
        (
            {"may_be_ad": True},
            "none",
            "none",
            "the link has no utm values and no click id",
        ),
        (
            {"may_be_ad": True, "utm_campaign": "shoes or campaigns"},
            "none",
            "none",
            (
                "the link names no source, utm_campaign 'shoes or campaigns' names no ads or "
                "campaigns of any platform"
            ),
        ),
    ],
)
def test_every_outcome_has_its_sentence(
    row: dict[str, object], level: str, method: str, reason: str
) -> None:
    explained = explain_matches(pl.LazyFrame([row], schema=SCHEMA), "auto").collect()
    assert explained.select("match_level", "match_method", "match_reason").row(0) == (
        level,
        method,
        reason,
    )
