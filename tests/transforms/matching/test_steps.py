"""The steps of SPEC §7.3, each on cases of its own."""

import polars as pl
import pytest

from contracts.config.workspace import AdAlias
from contracts.facts.matching.session_matching import MatchCases
from tests.support.ad_world import Name, ad_names, campaign
from tests.support.frames import frame
from transforms.matching.steps import (
    answer_ad_ids,
    answer_ad_names,
    answer_aliases,
    answer_campaigns,
    find_campaigns,
    list_aliases,
)
from transforms.web.utm import normalize_text, normalize_value

NAMES = ad_names(
    [
        campaign("google_ads", "G", "1", "Sale"),
        campaign("google_ads", "G", "2", "1"),
        campaign("facebook_ads", "F", "2", "Faces"),
        Name("google_ads", "G", "1", "101", "11", "Blue"),
        Name("google_ads", "G", "2", "201", "21", "Blue"),
        Name("google_ads", "G", "2", "201", "t3_Ab", "Red"),
        Name("google_ads", "G", "2", "201", "t3_ab", "Green"),
    ]
).with_columns(
    entity_id=pl.coalesce("ad_id", "campaign_id"),
    entity_key=normalize_value(pl.coalesce("ad_id", "campaign_id")),
    sharers=pl.lit(1, pl.Int64),
)
ADS = NAMES.filter(pl.col("level") == "ad")
CAMPAIGNS = NAMES.filter(pl.col("level") == "campaign")
FOUND = ["campaign_id", "ad_id", "match_method", "match_status"]


def cases(**values: str) -> pl.LazyFrame:
    keys = {name.replace("_value", "_key"): normalize_text(v) for name, v in values.items()}
    row = {"org_id": "default", "link_platform": "google_ads", "may_be_ad": True}
    return frame(MatchCases, [row | values | keys])


def test_a_campaign_is_found_by_id_before_name() -> None:
    """`1` is campaign 1's id and campaign 2's name."""
    hits = find_campaigns(cases(campaign_value="1"), CAMPAIGNS)
    answer = answer_campaigns(cases(campaign_value="1"), hits).select(FOUND)
    assert answer.collect().rows() == [("1", None, "utm_campaign_id", "matched")]
    hits = find_campaigns(cases(campaign_value="SALE"), CAMPAIGNS)
    answer = answer_campaigns(cases(campaign_value="SALE"), hits).select(FOUND)
    assert answer.collect().rows() == [("1", None, "utm_campaign_name", "matched")]


def test_of_campaigns_with_the_id_that_comes_first_which_bears_the_name() -> None:
    anywhere = pl.lit(None, pl.String).alias("link_platform")
    case = cases(id_value="2", campaign_value="Faces").with_columns(anywhere)
    hits = find_campaigns(case, CAMPAIGNS).collect()
    assert hits["platform"].to_list() == ["facebook_ads"]


def test_an_ad_is_found_by_its_id() -> None:
    case = cases(content_value="21")
    answer = answer_ad_ids(case, ADS, find_campaigns(case, CAMPAIGNS))
    assert answer.select(FOUND).collect().rows() == [("2", "21", "utm_content_ad_id", "matched")]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("t3_Ab", ("2", "t3_Ab", "utm_content_ad_id", "matched")),
        ("t3_ab", ("2", "t3_ab", "utm_content_ad_id", "matched")),
        ("T3-AB", ("2", None, "utm_content_ad_id", "ambiguous")),
    ],
)
def test_ids_are_spelled_as_names_are_and_exactly_first(
    content: str, found: tuple[str | None, ...]
) -> None:
    """Two ids differ in case alone: what spells neither exactly may mean both."""
    case = cases(content_value=content)
    answer = answer_ad_ids(case, ADS, find_campaigns(case, CAMPAIGNS))
    assert answer.select(FOUND).collect().rows() == [found]


def test_an_ad_is_found_by_its_name_within_the_campaign_that_is_named() -> None:
    named, alone = cases(content_value="blue", campaign_value="Sale"), cases(content_value="blue")
    answers = [
        answer_ad_names(case, ADS, find_campaigns(case, CAMPAIGNS)).select(FOUND).collect().rows()
        for case in (named, alone)
    ]
    assert answers == [
        [("1", "11", "utm_content_ad_name", "matched")],
        [(None, None, "utm_content_ad_name", "ambiguous")],
    ]


def alias(campaign_id: str, platform: str = "google_ads") -> list[tuple]:
    aliases = list_aliases({"Old_Sale": AdAlias(platform=platform, campaign_id=campaign_id)})
    answer = answer_aliases(cases(campaign_value="old sale"), aliases, ADS, CAMPAIGNS)
    return answer.select(*FOUND, "unknown_target").collect().rows()


def test_an_alias_leads_to_its_campaign_to_nothing_or_is_another_platforms() -> None:
    assert alias("1") == [("1", None, "alias", "matched", None)]
    assert alias("404") == [(None, None, "platform", "unmatched", "campaign 404 of google_ads")]
    assert alias("1", "facebook_ads") == []
