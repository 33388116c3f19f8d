import tomllib
from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.config.workspace import AdsSection
from contracts.reports.session_matches import UtmAudit
from tests.support.ad_world import (
    MARCH,
    Link,
    Name,
    ad_names,
    campaign,
    match_sessions,
    sessions,
    url,
    utm,
)
from transforms.matching.suggestions import (
    find_similar,
    name_periods,
    render_aliases,
    suggest_targets,
)
from transforms.matching.utm_audit import audit_utm

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
    found = audit_utm(matched.count(), frame, spent(*spend)).collect()
    UtmAudit.validate(found)
    suggested = suggest_targets(found, frame.collect())
    UtmAudit.validate(suggested)
    return suggested


def of_kind(found: pl.DataFrame, kind: str, *names: str) -> list[tuple]:
    return found.filter(pl.col("kind") == kind).select(names).rows()


def test_nothing_is_broken() -> None:
    assert audit([utm("google", "Spring Sale")], spend=[("1", None, "5")]).is_empty()


def test_campaign_that_costs_and_has_no_session() -> None:
    found = audit([utm("google", "Other")], spend=[("1", "11", "5.25"), ("1", None, "0.75")])
    columns = ["platform", "value", "campaign_id", "ad_id", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "spend_without_sessions", *columns) == [
        ("google_ads", "Campaign 1", "1", None, Decimal("6.0000"), 0)
    ]


def test_ad_that_costs_and_has_no_session_beside_one_that_has() -> None:
    found = audit([utm("google", content="11")], spend=[("1", "11", "5"), ("1", "12", "3")])
    columns = ["campaign_id", "ad_id", "spend_at_risk"]
    assert of_kind(found, "spend_without_sessions", *columns) == [("1", "12", Decimal("3.0000"))]


def test_ads_are_not_blamed_where_links_name_campaigns() -> None:
    found = audit([utm("google", "Spring Sale")], spend=[("1", "11", "5"), ("1", "12", "3")])
    assert found.is_empty()


def test_free_campaigns_are_not_listed() -> None:
    assert audit([], spend=[("1", None, "0")]).is_empty()


def test_sessions_without_ad_are_counted_by_value() -> None:
    links = [
        utm("google", "Other"),
        utm("google", "Other"),
        utm("google", content="x"),
        utm("google"),
    ]
    columns = ["platform", "parameter", "value", "sessions_at_risk"]
    assert of_kind(audit(links), "sessions_without_ad", *columns) == [
        ("google_ads", None, None, 1),
        ("google_ads", "utm_campaign", "Other", 2),
        ("google_ads", "utm_content", "x", 1),
    ]


def test_unknown_sources_are_those_that_may_be_ads() -> None:
    links = [
        utm("fb-prospecting", "x", utm_medium="cpc"),
        utm("fb-prospecting", "y", utm_medium="cpc"),
        utm("partner"),
        utm("newsletter", utm_medium="email"),
        utm("{{source}}"),
        {},
    ]
    columns = ["value", "sessions_at_risk"]
    assert of_kind(audit(links), "unknown_source", *columns) == [
        ("fb-prospecting", 2),
        ("partner", 1),
    ]


def test_macros_are_counted_once_a_parameter() -> None:
    links = [
        utm("google", "{{campaign.name}}", "{{ad.name}}"),
        utm("google", "{{campaign.name}}", "11"),
        url("https://x.com/?utm_source=google&utm_campaign=%7Bcampaignid%7D"),
    ]
    found = audit(links)
    columns = ["parameter", "value", "sessions_at_risk"]
    assert sorted(of_kind(found, "unresolved_macro", *columns)) == [
        ("utm_campaign", "{campaignid}", 1),
        ("utm_campaign", "{{campaign.name}}", 2),
        ("utm_content", "{{ad.name}}", 1),
    ]
    assert of_kind(found, "sessions_without_ad", "value") == []


def test_name_of_two_campaigns() -> None:
    names = [campaign("google_ads", "G", "1", "Sale"), campaign("google_ads", "G", "2", "sale")]
    found = audit([utm("google", "SALE")], names, [("1", None, "5"), ("2", None, "3")])
    columns = ["platform", "value", "campaign_id", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [
        ("google_ads", "Sale", None, Decimal("8.0000"), 1)
    ]


def test_name_that_two_campaigns_bore_one_after_the_other() -> None:
    names = [
        campaign("google_ads", "G", "1", "Sale", None, MARCH),
        campaign("google_ads", "G", "1", "One", MARCH, None),
        campaign("google_ads", "G", "2", "Sale", MARCH, None),
    ]
    assert audit([], names).is_empty()


def test_name_of_two_ads_of_one_campaign() -> None:
    names = [*NAMES, Name("google_ads", "G", "1", "101", "13", "red")]
    found = audit([], names, [("1", "12", "5"), ("1", "13", "2"), ("1", "11", "1")])
    columns = ["parameter", "value", "campaign_id", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [("ad", "Red", "1", Decimal("7.0000"), 0)]


def test_name_of_ads_in_two_campaigns_matters_where_it_left_sessions_open() -> None:
    names = [*NAMES, Name("google_ads", "G", "2", "201", "21", "Red")]
    assert (
        of_kind(audit([utm("google", "Spring Sale", "Red")], names), "name_used_twice", "value")
        == []
    )
    found = audit([utm("google", content="Red")], names, [("1", "12", "5"), ("2", "21", "2")])
    columns = ["platform", "value", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [
        ("google_ads", "Red", Decimal("7.0000"), 1)
    ]


def test_id_on_two_platforms() -> None:
    names = [campaign("google_ads", "G", "1", "A"), campaign("facebook_ads", "F", "1", "B")]
    found = audit([utm(campaign="1")], names, [("1", None, "5")])
    columns = ["platform", "value", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [(None, "1", Decimal("5.0000"), 1)]


def test_a_typo_is_suggested_with_the_spend_it_hides() -> None:
    found = audit([utm("google", "sprng-sale")], spend=[("1", None, "5")])
    columns = [
        "suggested_platform",
        "suggested_campaign_id",
        "suggested_ad_id",
        "suggested_name",
        "score",
    ]
    assert of_kind(found, "sessions_without_ad", *columns, "spend_at_risk") == [
        ("google_ads", "1", None, "Spring Sale", 95.2, Decimal("5.0000"))
    ]


def test_utm_content_is_compared_with_ads() -> None:
    names = [*NAMES, Name("google_ads", "G", "1", "101", "19", "Carousel Blue Shoe")]
    found = audit([utm("google", content="carousel_blue_sho")], names)
    columns = ["suggested_campaign_id", "suggested_ad_id"]
    assert of_kind(found, "sessions_without_ad", *columns) == [("1", "19")]


def test_other_platforms_names_are_not_suggested() -> None:
    names = [campaign("facebook_ads", "F", "1", "Spring Sale")]
    assert audit([utm("google", "sprng-sale")], names)["score"].null_count() == 1


def choose(value: str, *names: str) -> str | None:
    found = find_similar(value, {name: {(name, None)} for name in names})
    return found and found[1]


@pytest.mark.parametrize(
    ("value", "names", "expected"),
    [
        ("sprng sale", ["spring sale"], "spring sale"),
        ("sprng sale", ["spring sale", "winter sale"], "spring sale"),
        ("sprng sale", ["spring sale", "sprung sale"], None),
        ("sale", ["spring sale"], None),
        ("brand campaign q1", ["brand campaign q2"], None),
        ("brand campaign 2025", ["brand campaign 2026"], None),
        ("brand campaign january", ["brand campaign february"], None),
        ("brand campaign may", ["brand campaign"], None),
        ("brand campaign 1", ["brand campaign 11"], None),
        ("brnd campaign q1", ["brand campaign q1", "brand campaign q2"], "brand campaign q1"),
        ("brand campaign kw 12", ["brand campaign kw 13"], None),
        ("", ["a"], None),
        ("anything", [], None),
    ],
)
def test_suggestions_are_cautious(value: str, names: list[str], expected: str | None) -> None:
    assert choose(value, *names) == expected


def test_a_name_of_two_campaigns_is_never_suggested() -> None:
    assert find_similar("sprng sale", {"spring sale": {("1", None), ("2", None)}}) is None


def test_two_names_of_one_campaign_are_no_rivals() -> None:
    names = {"spring sale": {("1", None)}, "spring sales": {("1", None)}}
    assert find_similar("sprng sale", names) == (("1", None), "spring sale", 95.2)


def test_periods_of_a_name() -> None:
    assert name_periods("sale q1 2026 mar march marches 3rd") == [
        "q",
        "1",
        "2026",
        "mar",
        "march",
        "3",
    ]


def test_aliases_are_ready_for_the_configuration() -> None:
    found = audit(
        [utm("google", 'sprng "sale'), utm("google", "sprng-sale"), utm("google", "other")]
    )
    text = render_aliases(found)
    ads = AdsSection.model_validate(tomllib.loads(text)["ads"])
    assert {value: alias.campaign_id for value, alias in ads.aliases.items()} == {
        'sprng "sale': "1",
        "sprng-sale": "1",
    }
    assert not audit([utm("google", "sprng-sale")], ads=ads).height


def test_no_suggestions_are_no_lines() -> None:
    assert not render_aliases(pl.DataFrame(schema=polars_schema(UtmAudit)))
