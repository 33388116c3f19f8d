"""Names are valid in time, and known before they are presumed (SPEC §7.4)."""

from datetime import date
from typing import Any

import pytest

from contracts.config.workspace import AdsSection
from tests.support.ad_world import (
    MARCH,
    NEW_YEAR,
    TODAY,
    Link,
    Name,
    ad_names,
    campaign,
    match_sessions,
    sessions,
    utm,
)


def match_one(link: Link, names: list[Name], day: date = TODAY) -> dict[str, Any]:
    matched = match_sessions(sessions([link], day), ad_names(names), AdsSection())
    return matched.facts().collect().row(0, named=True)


KNOWN = [
    campaign("google_ads", "G", "1", "Sale", None, MARCH, NEW_YEAR, MARCH),
    campaign("google_ads", "G", "1", "Old Sale", MARCH, None, MARCH, None),
    campaign("google_ads", "G", "2", "Sale", None, None, MARCH, None),
]
"""Campaign 1 was Sale until March; campaign 2 was made in March, and named Sale again."""


@pytest.mark.parametrize(
    ("day", "campaign_id", "status"),
    [
        (date(2026, 2, 1), "1", "matched"),
        (date(2025, 6, 1), None, "ambiguous"),
        (MARCH, "2", "matched"),
    ],
)
def test_a_name_known_on_the_day_comes_before_one_presumed(
    day: date, campaign_id: str | None, status: str
) -> None:
    """On 1 February only campaign 1 is known to be Sale; in 2025 neither is known."""
    row = match_one(utm("google", "sale"), KNOWN, day)
    assert (row["campaign_id"], row["match_status"]) == (campaign_id, status)


def test_stats_prove_a_name_only_on_their_days() -> None:
    """Campaign 1 has stats until 9 February, campaign 2 from March on; no table tells a day."""
    names = [
        campaign("google_ads", "G", "1", "Sale", None, None, NEW_YEAR, date(2026, 2, 10)),
        campaign("google_ads", "G", "2", "Sale", None, None, MARCH, date(2026, 3, 10)),
    ]
    found = [
        match_one(utm("google", "sale"), names, day)["campaign_id"]
        for day in (date(2026, 2, 9), date(2026, 2, 10), MARCH)
    ]
    assert found == ["1", None, "2"]


def test_a_former_name_counts_only_if_nothing_else_of_the_platform_ever_had_it() -> None:
    """Ads 11 and 21 were both Blue until March: the campaign in the link does not decide."""
    names = [
        campaign("google_ads", "G", "1", "One"),
        Name("google_ads", "G", "1", "g", "11", "Blue", None, MARCH),
        Name("google_ads", "G", "1", "g", "11", "Red", MARCH, None),
        Name("google_ads", "G", "2", "h", "21", "Blue", None, MARCH),
        Name("google_ads", "G", "2", "h", "21", "Green", MARCH, None),
    ]
    row = match_one(utm("google", "One", "Blue"), names)
    assert (row["ad_id"], row["campaign_id"], row["match_method"]) == (
        None,
        "1",
        "utm_campaign_name",
    )
    alone = match_one(utm("google", "One", "Blue"), names[:3])
    assert alone["ad_id"] == "11"
    assert "is a former or later name of ad 11 of google_ads" in alone["match_reason"]


def test_former_names_on_two_platforms_are_ambiguous_without_one() -> None:
    names = [
        campaign(platform, "A", number, name, *days)
        for platform, number in (("google_ads", "1"), ("facebook_ads", "2"))
        for name, *days in (("Sale", None, MARCH), ("Other", MARCH, None))
    ]
    row = match_one(utm(campaign="Sale"), names)
    assert (row["match_status"], row["platform"], row["candidates"]) == (
        "ambiguous",
        None,
        "facebook_ads:2; google_ads:1",
    )
