"""Looking values up among names and ids, and what several hits agree on."""

from datetime import date

import polars as pl
import pytest

from tests.support.ad_world import MARCH, Name, ad_names, campaign
from transforms.matching.lookup import find_candidates, prefer_known_names, resolve_hits

CASE = ["org_id", "link_platform", "day", "campaign_key"]


def look_up(name: str, platform: str | None, day: date | None, *names: Name) -> pl.LazyFrame:
    schema = {"org_id": pl.String, "link_platform": pl.String, "day": pl.Date, CASE[-1]: pl.String}
    lookups = pl.LazyFrame(
        [("default", platform, day, name)],
        schema=schema | {"campaign_key": pl.String},
        orient="row",
    )
    entity = pl.coalesce("ad_id", "campaign_id")
    sharers = entity.n_unique().over("platform", "level", "name_key").cast(pl.Int64)
    candidates = ad_names(names).with_columns(entity_id=entity, sharers=sharers)
    hits = find_candidates(lookups, candidates, ["campaign_key"], ["name_key"])
    return hits.with_columns(match_method=pl.lit("utm_campaign_name"), parameter=pl.lit("p"))


ONE = campaign("google_ads", "G", "1", "Sale", None, MARCH, date(2026, 1, 1), MARCH)
TWO = campaign("google_ads", "G", "2", "Sale", None, None, MARCH, None)
THREE = campaign("facebook_ads", "F", "3", "Sale")


@pytest.mark.parametrize(
    ("day", "campaign_id", "is_former", "is_presumed"),
    [
        (date(2026, 2, 28), "1", False, False),
        (date(2025, 2, 28), "1", False, True),
        (MARCH, "1", True, True),
        (None, "1", False, False),
        (date(2026, 2, 28), "2", False, True),
        (MARCH, "2", False, False),
    ],
)
def test_a_hit_knows_whether_its_name_is_former_or_only_presumed(
    day: date | None, campaign_id: str, is_former: object, is_presumed: object
) -> None:
    hits = look_up("sale", "google_ads", day, ONE, TWO, THREE).collect()
    hit = hits.filter(pl.col("campaign_id") == campaign_id)
    assert hit.select("is_former", "is_presumed").rows() == [(is_former, is_presumed)]


def test_names_are_looked_up_on_the_platform_of_the_link_and_from_their_first_day_on() -> None:
    since = TWO._replace(valid_from=MARCH)
    for day, is_former in ((MARCH, False), (date(2026, 2, 28), True)):
        hits = look_up("sale", "google_ads", day, since, THREE).collect()
        assert hits.select("campaign_id", "is_former").rows() == [("2", is_former)]


def test_a_known_name_comes_before_a_presumed_one() -> None:
    hits = look_up("sale", "google_ads", date(2026, 2, 1), ONE, TWO)
    assert prefer_known_names(hits, CASE).collect()["campaign_id"].to_list() == ["1"]


def test_a_shared_former_name_is_dropped() -> None:
    other = TWO._replace(valid_from=date(2026, 5, 1), known_from=date(2026, 5, 1))
    alone = look_up("sale", "google_ads", date(2026, 4, 1), ONE)
    assert prefer_known_names(alone, CASE).collect()["campaign_id"].to_list() == ["1"]
    both = look_up("sale", "google_ads", date(2026, 4, 1), ONE, other)
    assert prefer_known_names(both, CASE).collect().is_empty()


AD_11 = Name("google_ads", "G", "1", "101", "11", "Sale")
AD_12 = Name("google_ads", "G", "1", "101", "12", "Sale")
AD_21 = Name("google_ads", "G", "2", "201", "21", "Sale")


@pytest.mark.parametrize(
    ("names", "level", "status", "ids", "candidates"),
    [
        ([AD_11], "ad", "matched", ("google_ads", "1", "101", "11"), None),
        ([TWO], "campaign", "matched", ("google_ads", "2", None, None), None),
        (
            [AD_11, AD_12],
            "campaign",
            "ambiguous",
            ("google_ads", "1", None, None),
            "google_ads:1/11; google_ads:1/12",
        ),
        (
            [AD_11, AD_11._replace(account_id="H")],
            "platform",
            "ambiguous",
            ("google_ads", None, None, None),
            "google_ads:1/11",
        ),
        (
            [AD_11, AD_21],
            "platform",
            "ambiguous",
            ("google_ads", None, None, None),
            "google_ads:1/11; google_ads:2/21",
        ),
        (
            [TWO, THREE],
            "none",
            "ambiguous",
            (None, None, None, None),
            "facebook_ads:3; google_ads:2",
        ),
    ],
)
def test_hits_count_at_the_level_on_which_they_agree(
    names: list[Name], level: str, status: str, ids: tuple, candidates: str | None
) -> None:
    answer = resolve_hits(look_up("sale", None, None, *names), CASE).collect().row(0, named=True)
    assert (answer["match_level"], answer["match_status"]) == (level, status)
    assert tuple(answer[n] for n in ("platform", "campaign_id", "ad_group_id", "ad_id")) == ids
    assert (answer["candidates"], answer["candidate_count"]) == (candidates, len(names))
