"""What links say, and which ads and campaigns they may mean."""

import polars as pl
from polars.testing import assert_frame_equal

from contracts.config.workspace import AdsSection
from contracts.facts.matching.session_matching import (
    DescribedSources,
    MessageNameKeys,
    TrafficSources,
)
from tests.support.ad_world import MARCH, Name, ad_names, campaign
from tests.support.frames import frame
from transforms.matching.candidates import describe_sources, flag_dated, select_candidates

HERE = {"org_id": "default", "traffic_source_check": 0}
NO_MESSAGES = frame(MessageNameKeys, [])
NAMES = ad_names(
    [
        campaign("google_ads", "G", "1", "Spring Sale"),
        campaign("google_ads", "G", "2", "Summer", None, MARCH),
        Name("google_ads", "G", "1", "101", "11", "spring-sale"),
    ]
)
ALIASED = AdsSection.model_validate(
    {"aliases": {"Old": {"platform": "google_ads", "campaign_id": "2"}}}
)


def describe(*links: dict[str, str], ads: AdsSection | None = None) -> pl.LazyFrame:
    rows = [HERE | {"traffic_source": n} | link for n, link in enumerate(links)]
    sources = frame(TrafficSources, rows)
    return describe_sources(sources, NAMES, NO_MESSAGES, ads or AdsSection())


def test_values_are_looked_up_where_they_are_no_macros() -> None:
    described = describe(
        {"utm_source": "Google", "utm_campaign": "Spring_SALE", "utm_id": "{campaignid}"}
    )
    expected = frame(
        DescribedSources,
        [
            HERE
            | {
                "traffic_source": 0,
                "utm_source": "Google",
                "utm_campaign": "Spring_SALE",
                "utm_id": "{campaignid}",
                "link_platform": "google_ads",
                "platform_by": "source",
                "ad_evidence": "platform_source",
                "may_be_ad": True,
                "campaign_value": "Spring_SALE",
                "campaign_key": "spring sale",
                "channel_group": "organic search",
                "has_macro": True,
            }
        ],
    )
    assert_frame_equal(described, expected, check_column_order=False)


def found(sources: pl.LazyFrame, ads: AdsSection | None = None) -> list[tuple]:
    chosen = select_candidates(sources, NAMES, ads or AdsSection())
    return (
        chosen.select("level", "entity_id", "sharers").collect().sort("level", "entity_id").rows()
    )


def test_candidates_are_named_by_id_or_by_name() -> None:
    """Both a campaign and its ad are called spring sale; each is the only one of its level."""
    assert found(describe({"utm_source": "google", "utm_content": "SPRING sale"})) == [
        ("ad", "11", 1),
        ("campaign", "1", 1),
    ]
    assert found(describe({"utm_source": "google", "utm_id": "2"})) == [("campaign", "2", 1)]


def test_what_cannot_be_an_ad_means_none_but_aliases_always_count() -> None:
    letter = {"utm_medium": "email", "utm_campaign": "Spring Sale"}
    assert found(describe(letter)) == []
    assert found(describe(letter), ALIASED) == [("campaign", "2", 1)]


def test_the_day_matters_of_names_that_changed_of_shared_ones_and_of_aliases() -> None:
    names = pl.concat([NAMES, ad_names([campaign("google_ads", "G", "3", "Twin")])])
    names = pl.concat([names, ad_names([campaign("google_ads", "G", "4", "twin")])])
    links = [{"utm_source": "google", "utm_campaign": name} for name in ("Summer", "Twin", "Old")]
    sources = describe(*links, {"utm_source": "google", "utm_campaign": "Spring Sale"})
    dated = flag_dated(sources, select_candidates(sources, names, ALIASED), ALIASED)
    flags = dated.collect().sort("traffic_source")["is_dated"].to_list()
    assert flags == [True, True, True, False]
