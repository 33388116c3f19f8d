"""What a broken link may have meant: cautious, never applied by itself."""

import tomllib

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.config.workspace import AdsSection
from contracts.reports.session_matches import UtmAudit
from tests.support.ad_world import Name, campaign, utm
from tests.support.audits import NAMES, audit, of_kind
from transforms.matching.suggestions import find_similar, name_periods, render_aliases


def test_a_broken_content_is_compared_with_the_ads_of_its_campaign_alone() -> None:
    """Ad 21 of campaign 2 would be nearer; campaign 1 has Carousel Blue Shoe."""
    names = [
        *NAMES,
        Name("google_ads", "G", "1", "101", "19", "Carousel Blue Shoe"),
        campaign("google_ads", "G", "2", "Summer"),
        Name("google_ads", "G", "2", "201", "21", "Carousel Blue Sho"),
    ]
    found = audit([utm("google", "Spring Sale", "carousel blue shoo")], names)
    columns = ["suggested_campaign_id", "suggested_ad_id"]
    assert of_kind(found, "content_without_ad", *columns) == [("1", "19")]


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
