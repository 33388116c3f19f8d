from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.config.workspace import AdsSection
from contracts.facts.matching.session_facts import SessionFacts
from tests.oracles.links_meant import MEANING_CASES
from tests.oracles.links_possible import POSSIBLE_CASES
from tests.oracles.links_read import READING_CASES
from tests.support.ad_world import (
    MARCH,
    MESSAGES,
    NAMES,
    TODAY,
    Link,
    Name,
    ad_names,
    campaign,
    match_sessions,
    sessions,
    url,
    utm,
)

ADS = AdsSection.model_validate(
    {
        "sources": {"prospecting-fb": "facebook_ads"},
        "mediums": ["Social-Boost"],
        "aliases": {
            "sprng-sale": {"platform": "google_ads", "campaign_id": "1"},
            "Old Banner": {"platform": "google_ads", "ad_id": "12"},
            "gone": {"platform": "google_ads", "campaign_id": "404"},
        },
    }
)
Row = dict[str, Any]
Table = dict[int, Row]

TABLES = (READING_CASES, MEANING_CASES, POSSIBLE_CASES)
CASES = READING_CASES | MEANING_CASES | POSSIBLE_CASES
OUTCOME = ["platform", "campaign_id", "ad_id", "match_level", "match_method", "match_status"]


def match(
    frame: pl.LazyFrame,
    names: pl.LazyFrame | None = None,
    ads: AdsSection = ADS,
    timezone: str = "UTC",
) -> pl.DataFrame:
    names = ad_names() if names is None else names
    facts = match_sessions(frame, names, ads, timezone, MESSAGES).facts().collect()
    SessionFacts.validate(facts)
    return facts.sort("org_id", "session_id")


def match_one(link: Link, names: pl.LazyFrame | None = None, ads: AdsSection = ADS) -> Row:
    return match(sessions([link]), names, ads).row(0, named=True)


@pytest.fixture(scope="module")
def table() -> Table:
    """Every case of the table matched together."""
    facts = match(sessions([link for link, _ in CASES.values()]))
    return {int(row["session_id"]): row for row in facts.iter_rows(named=True)}


def test_the_table_is_long_enough() -> None:
    assert len(CASES) == sum(map(len, TABLES)) >= 80


@pytest.mark.parametrize("case", CASES)
def test_link_finds_its_ad(table: Table, case: str) -> None:
    row, (_, expected) = table[[*CASES].index(case)], CASES[case]
    assert tuple(row[name] for name in OUTCOME) == expected


def test_a_matched_ad_brings_its_group_and_account() -> None:
    row = match_one(utm("google", content="21"))
    assert (row["account_id"], row["ad_group_id"]) == ("G", "201")


def test_both_candidates_are_named() -> None:
    row = match_one(utm("google", content="Red Shoe"))
    assert row["candidates"] == "google_ads:1/12; google_ads:2/21"
    assert row["match_reason"] == (
        "utm_content 'Red Shoe' is the name of 2 ads that nothing separates: "
        "counted for their platform google_ads alone"
    )


def test_many_candidates_are_counted() -> None:
    names = [Name("google_ads", "G", "1", "1", f"{n:03}", "Same") for n in range(25)]
    row = match_one(utm("google", content="same"), names=ad_names(names))
    assert row["candidates"].endswith("google_ads:1/009; and 15 more")


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (utm("google"), "only the platform google_ads is known, from utm_source 'google'"),
        (utm(gclid="C"), "only the platform google_ads is known, from the click id gclid"),
        (utm("google", "{{x}}"), "utm_campaign '{{x}}' is an unresolved macro"),
        (utm("google", "Before March"), "is a former or later name of campaign 3 of google_ads"),
        (utm("news", "June"), "utm_source 'news' is not a known ad platform"),
        (utm("google", "sprng-sale"), "utm_campaign 'sprng-sale' is an alias of campaign 1"),
        ({}, "the link has no utm values and no click id"),
    ],
)
def test_reason_says_why(link: Link, reason: str) -> None:
    assert reason in match_one(link)["match_reason"]


@pytest.mark.parametrize(
    ("mode", "link", "outcome"),
    [
        ("utm_content", utm("google", "Spring Sale"), ("platform", "unmatched", None)),
        (
            "utm_content",
            utm("google", "Summer Sale", "Red Shoe"),
            ("utm_content_ad_name", "matched", "21"),
        ),
        (
            "utm_campaign",
            utm("google", "Spring Sale", "12"),
            ("utm_campaign_name", "matched", None),
        ),
        ("utm_campaign", utm("google", content="12"), ("platform", "unmatched", None)),
        ("utm_campaign", utm("google", content="old banner"), ("alias", "matched", "12")),
    ],
)
def test_mode_skips_steps(mode: str, link: Link, outcome: tuple) -> None:
    row = match_one(link, ads=ADS.model_copy(update={"match": mode}))
    assert (row["match_method"], row["match_status"], row["ad_id"]) == outcome


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 2, 28), "4"), (MARCH, "5"), (TODAY, "5")],
)
def test_the_name_of_the_day_wins(day: date, expected: object) -> None:
    [row] = match(sessions([utm("google", "Reused")], day)).iter_rows(named=True)
    assert row["campaign_id"] == expected


def test_the_day_is_that_of_the_reporting_zone() -> None:
    late = sessions([utm("google", "Reused")]).with_columns(
        started_at=pl.lit(datetime(2026, 3, 1, 3, tzinfo=UTC)).cast(pl.Datetime("us", "UTC"))
    )
    [row] = match(late, timezone="America/New_York").iter_rows(named=True)
    assert (row["date_day"], row["campaign_id"]) == (date(2026, 2, 28), "4")


def test_parents_are_those_of_the_day() -> None:
    names = ad_names(
        [
            Name("google_ads", "G", "1", "g", "11", "Mover", None, MARCH),
            Name("google_ads", "G", "2", "g", "11", "Mover", MARCH, None),
        ]
    )
    links = [utm("google", content="11")]
    found = [
        match(sessions(links, day), names)["campaign_id"].item()
        for day in (date(2026, 1, 5), TODAY)
    ]
    assert found == ["1", "2"]


def test_organizations_do_not_see_each_other() -> None:
    ours = sessions([utm("google", "Spring Sale")])
    theirs = ours.with_columns(org_id=pl.lit("other"))
    names = pl.concat(
        [ad_names(), ad_names([campaign("google_ads", "O", "77", "Spring Sale")], "other")]
    )
    assert match(pl.concat([ours, theirs]), names)["campaign_id"].to_list() == ["1", "77"]


def test_values_are_kept_as_read() -> None:
    row = match_one(
        {"landing_url": "https://x.com/?utm_source=Google&utm_campaign=Spring%20SALE&utm_id=a+b"}
    )
    assert (row["utm_source"], row["utm_campaign"], row["utm_id"]) == (
        "Google",
        "Spring SALE",
        "a b",
    )


@pytest.mark.parametrize(
    "value",
    [
        "{{a.b}}",
        "{campaignid}",
        "${x}",
        "[[x]]",
        "%7B%7Bx%7D%7D",
        "%7Bx%7D",
        "__CAMPAIGN_ID__",
        "a_{x}",
    ],
)
def test_macros_are_flagged(value: str) -> None:
    assert match_one(utm("google", value))["has_macro"]


@pytest.mark.parametrize("value", ["Spring Sale", "100%", "a_b__c", "[EU] Sale", None])
def test_names_are_no_macros(value: str | None) -> None:
    assert not match_one(utm("google", value))["has_macro"]


def test_no_ads_at_all() -> None:
    row = match_one(utm("google", "Spring Sale"), names=ad_names([]), ads=AdsSection())
    assert tuple(row[name] for name in OUTCOME) == (
        "google_ads",
        None,
        None,
        "platform",
        "platform",
        "unmatched",
    )


def test_no_sessions_at_all() -> None:
    assert match(sessions([])).is_empty()


texts = st.sampled_from(
    [
        "google",
        "fb",
        "1",
        "11",
        "Spring Sale",
        "red_shoe",
        "Twin",
        "Reused",
        "{{x}}",
        "old banner",
        "",
    ]
)
links = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("utm_source", "utm_campaign", "utm_content", "utm_id", "fbclid"), texts
    ),
)


@settings(max_examples=25)
@given(found=st.lists(links, max_size=12), seed=st.integers(0, 99))
def test_every_session_once_and_in_any_order(found: list, seed: int) -> None:
    days = [date(2025, 12, 1), date(2026, 2, 1), TODAY]
    frame = pl.concat(
        [
            sessions(found, day).with_columns(
                session_id=pl.format("{}-{}", pl.lit(n), "session_id")
            )
            for n, day in enumerate(days)
        ]
    )
    facts = match(frame)
    assert facts["session_id"].to_list() == sorted(frame.collect()["session_id"].to_list())
    shuffled = pl.Series(range(len(NAMES))).shuffle(seed)
    again = match(
        frame.collect().sample(fraction=1, shuffle=True, seed=seed).lazy(),
        ad_names([NAMES[place] for place in shuffled]),
    )
    assert_frame_equal(again, facts)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"referrer": "https://www.google.com/"}, "organic search"),
        (url("https://shop.example/") | {"referrer": "https://www.google.com/"}, "organic search"),
        (url("https://shop.example/") | {"referrer": "https://www.shop.example/p"}, "direct"),
        (url("https://shop.example/") | {"referrer": "https://blog.shop.example/p"}, "referral"),
        (
            url("https://shop.example/?utm_source=fb") | {"referrer": "https://google.com/"},
            "organic social",
        ),
        (utm("newsletter", utm_medium="email") | {"referrer": "https://google.com/"}, "email"),
        (url("https://shop.example/?gclid=C") | {"referrer": "https://google.com/"}, "paid search"),
        (url("https://shop.example/"), "direct"),
    ],
)
def test_channel_group_of_a_session(link: Link, expected: str) -> None:
    assert match_one(link)["channel_group"] == expected


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (
            utm("newsletter", "Both Ways", utm_medium="email"),
            "utm_medium 'email' is that of a message: no ad brought the visit",
        ),
        (
            utm("google", "Spring Sale", utm_medium="organic"),
            "utm_medium 'organic' says that nobody paid for the link: no ad brought the visit",
        ),
        (
            utm("agency", "Spring Sale", utm_medium="affiliate"),
            "utm_medium 'affiliate' is not a known paid medium: [ads] mediums names others",
        ),
        (
            utm(campaign="Both Ways"),
            "utm_campaign 'Both Ways' is the name of a message campaign: nothing says it was an ad",
        ),
        (
            utm("google", "gone"),
            "utm_campaign 'gone' is an alias of campaign 404 of google_ads, which no feed knows",
        ),
    ],
)
def test_reason_says_why_it_is_no_ad(link: Link, reason: str) -> None:
    assert match_one(link)["match_reason"] == reason


def test_a_macro_stays_as_it_is_in_its_own_column() -> None:
    row = match_one(utm("google", utm_id="{campaignid}", utm_term="{keyword}"))
    assert (row["utm_id"], row["utm_term"]) == ("{campaignid}", "{keyword}")
