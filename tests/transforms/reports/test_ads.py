"""The five reports of dbt ad_reporting, and spend beside sessions."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.ads.ad_sums import (
    AdContactSessions,
    SessionCounts,
    SessionPlaces,
)
from contracts.facts.matching.session_facts import SessionFacts
from contracts.feeds import AdCampaigns, Ads, AdStats
from contracts.reports.ads import AdPerformance, CampaignPerformance, UrlReport
from contracts.vocabulary import AdLevel
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import list_names
from tests.support.ad_facts import (
    find_versions,
    make_stats,
    perform_at,
    report_level,
    report_urls,
)
from tests.support.frames import frame
from transforms.ads.name_versions import AdTables
from transforms.ads.rests import AD, CAMPAIGN
from transforms.ads.session_counts import (
    SessionFigures,
    count_contact_sessions,
    count_sessions,
    find_parents,
    list_session_places,
    place_links,
)
from transforms.common.keys import CONTACT, hash_id
from transforms.common.shared_texts import write_out_texts
from transforms.matching.match_sessions import SESSION_COLUMNS, MatchedSessions
from transforms.reports.ad_performance import (
    make_performance,
    share_names,
)
from transforms.reports.ads import REPORTS

MONEY = pl.Decimal(18, 4)
DAY = date(2026, 3, 2)
HERE = {"org_id": "o", "platform": "google_ads", "date_day": DAY}
ZERO = {"clicks": 0, "impressions": 0, "spend": 0, "conversions": 0, "conversions_value": 0}
NO_TABLES = AdTables()


def stats_of(*given_rows: dict[str, Any]) -> pl.LazyFrame:
    """Canonical stats of one organization, platform and day."""
    return frame(AdStats, [HERE | ZERO | row for row in given_rows])


def campaign(identity: str | None, spend: str, **more: object) -> dict[str, Any]:
    return {"level": "campaign", "campaign_id": identity, "spend": Decimal(spend)} | more


def ad(campaign_id: str | None, identity: str, spend: str, **more: object) -> dict[str, Any]:
    ids = {"level": "ad", "campaign_id": campaign_id, "ad_group_id": "G", "ad_id": identity}
    return ids | {"spend": Decimal(spend)} | more


def report(level: AdLevel, stats: pl.LazyFrame, tables: AdTables = NO_TABLES) -> pl.DataFrame:
    made = report_level(make_stats(stats, tables), level, find_versions(tables).tables)
    check(REPORTS[level], made)
    return made


def check(contract: type[Table], made: pl.DataFrame) -> None:
    assert made.schema == polars_schema(contract)
    keys = made.select(key(contract))
    assert not keys.is_duplicated().any()
    assert keys.rows() == keys.sort(key(contract)).rows()


def test_a_level_is_its_own_rows_where_the_account_gives_them() -> None:
    stats = stats_of(
        campaign("1", "10", account_id="9"),
        ad("1", "11", "4", account_id="9"),
        ad("2", "21", "3", account_id="8"),
        ad("2", "22", "2", account_id="8"),
    )
    campaigns = report(AdLevel.CAMPAIGN, stats)
    assert campaigns.select("account_id", "campaign_id", "spend").rows() == [
        ("8", "2", Decimal(5)),
        ("9", "1", Decimal(10)),
    ]
    accounts = report(AdLevel.ACCOUNT, stats)
    assert accounts.select("account_id", "spend").rows() == [("8", Decimal(5)), ("9", Decimal(10))]
    assert report(AdLevel.AD, stats)["spend"].sum() == 9


def test_two_platforms_and_organizations_may_share_an_id() -> None:
    stats = stats_of(
        campaign("1", "10"),
        campaign("1", "20", platform="facebook_ads"),
        campaign("1", "40", org_id="p"),
    )
    made = report(AdLevel.CAMPAIGN, stats)
    assert made["ad_stats_key"].n_unique() == 3
    assert made["spend"].sum() == 70


def test_things_of_unknown_id_are_told_apart_by_their_parents() -> None:
    unknown = {"ad_group_id": None}
    stats = stats_of(ad("1", "11", "4") | unknown, ad("2", "21", "3") | unknown)
    made = report(AdLevel.AD_GROUP, stats)
    assert made.select("campaign_id", "ad_group_id", "spend").rows() == [
        ("1", None, Decimal(4)),
        ("2", None, Decimal(3)),
    ]


def test_keys_of_awkward_ids_differ() -> None:
    stats = stats_of(
        ad("1", "b c", "1", account_id="a"),
        ad("1", "c", "1", account_id="a b"),
        ad("1", r"b\sc", "1", account_id="a"),
    )
    assert report(AdLevel.AD, stats)["ad_stats_key"].n_unique() == 3


def test_custom_attributes_of_the_thing_and_its_stats() -> None:
    tables = AdTables(
        campaigns=frame(
            AdCampaigns,
            [HERE | {"campaign_id": "1", "attributes": '{"team": "north"}'}],
        ).lazy(),
        ads=frame(Ads, [HERE | {"campaign_id": "2", "attributes": '{"team": "south"}'}]).lazy(),
    )
    stats = stats_of(campaign("1", "1", attributes='{"tier": 3}'), campaign("2", "1"))
    made = report(AdLevel.CAMPAIGN, stats, tables)
    assert made["attributes"].to_list() == ['{"team": "north","tier": 3}', '{"team": "south"}']


URL = "https://shop.example/sale?a=1&utm_source=google&prev_utm_campaign=old&utm_campaign=Big+sale"


@pytest.mark.parametrize(
    ("link", "columns"),
    [
        (
            {"landing_url": URL},
            ("https://shop.example/sale", "shop.example", "/sale", "google", "Big sale"),
        ),
        (
            {"landing_url": URL, "url_tags": "utm_campaign=tagged&utm_source="},
            ("https://shop.example/sale", "shop.example", "/sale", "google", "tagged"),
        ),
        (
            {"landing_url": URL, "url_tags": '[{"key":"utm_source","value":"fb","type":"AD"}]'},
            ("https://shop.example/sale", "shop.example", "/sale", "fb", "Big sale"),
        ),
        ({}, (None, None, None, None, None)),
    ],
)
def test_url_report(link: dict[str, Any], columns: tuple[str | None, ...]) -> None:
    tables = AdTables(ads=frame(Ads, [HERE | {"ad_id": "11"} | link]))
    made = report_urls(make_stats(stats_of(ad("1", "11", "4")), tables))
    check(UrlReport, made)
    read = made.select("base_url", "url_host", "url_path", "utm_source", "utm_campaign", "spend")
    assert read.rows() == [(*columns, Decimal(4))]


def session(number: int, **found: object) -> dict[str, Any]:
    return HERE | {"session_id": str(number), "contact_id": f"c{number // 2}"} | found


def perform(
    stats: pl.LazyFrame, *sessions: dict[str, Any], tables: AdTables = NO_TABLES
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both performance tables, checked."""
    versions = find_versions(tables)
    made = make_stats(stats, tables)
    names = list_names(made.stats, made.entities, versions)
    rows = [row | {"link": n} for n, row in enumerate(sessions)]
    facts, links = frame(SessionFacts, rows), pl.Series("link", range(len(rows)), pl.UInt32)
    of_links = [name for name in columns(SessionFacts) if name not in SESSION_COLUMNS]
    visitor = hash_id(SessionFacts.contact_id, seed=CONTACT)
    matched = MatchedSessions(
        facts.select(*SESSION_COLUMNS, links),
        facts.select(SessionFacts.org_id, *of_links).with_columns(links),
        facts.select(links, "date_day", visitor.alias(AdContactSessions.contact_key)),
    )
    places = materialize(list_session_places(matched.links), SessionPlaces)
    by_contact = materialize(
        count_contact_sessions(matched.visits, place_links(matched.links, places)),
        AdContactSessions,
    )
    parented = find_parents(places, made.entities)
    counts = materialize(count_sessions(by_contact, parented, versions), SessionCounts)
    figures = SessionFigures(counts, by_contact, has_orders=False)
    reports = []
    for level, contract in ((CAMPAIGN, CampaignPerformance), (AD, AdPerformance)):
        sums, groups = perform_at(level, made, figures)
        report = make_performance(sums, groups.collect(), share_names(names), "USD", contract)
        table = write_out_texts(report.whole()).collect()
        check(contract, table)
        reports.append(table)
    return reports[0], reports[1]


def test_what_is_known_of_no_ad_is_one_row_of_its_campaign() -> None:
    stats = stats_of(
        campaign("1", "10", account_id="9", clicks=7, impressions=70, campaign_name="Spring"),
        ad("1", "11", "4", account_id="9", clicks=3, impressions=70),
    )
    found = {"campaign_id": "1"}
    campaigns, ads = perform(
        stats,
        session(1, **found, ad_id="11"),
        session(2, **found),
        session(3, **found),
        session(4),
        session(5, platform=None),
    )
    figures = ("campaign_id", "campaign_name", "spend", "clicks", "sessions", "session_contacts")
    assert campaigns.select(figures).rows() == [
        (None, "(no campaign matched)", Decimal(0), 0, 1, 1),
        ("1", "Spring", Decimal(10), 7, 3, 2),
    ]
    assert ads.select("ad_id", "ad_name", *figures).rows() == [
        (None, None, None, "(no campaign matched)", Decimal(0), 0, 1, 1),
        (None, "(not served at ad level)", "1", "Spring", Decimal(6), 4, 2, 1),
        ("11", None, "1", "Spring", Decimal(4), 3, 1, 1),
    ]


def test_ratios_are_null_without_a_denominator() -> None:
    stats = stats_of(campaign("1", "10", clicks=4, impressions=8, conversions_value=Decimal(30)))
    campaigns, _ = perform(stats, session(1, campaign_id="2"))
    ratios = ("ctr", "cpc", "cpm", "cost_per_session", "reported_roas", "roas", "cost_per_order")
    assert campaigns.select("campaign_id", *ratios).rows() == [
        ("1", 0.5, 2.5, 1250.0, None, 3.0, None, None),
        ("2", None, None, None, 0.0, None, None, None),
    ]


def test_what_only_the_account_tells_is_not_served_at_campaign_level() -> None:
    """Account 8 says 99, its campaign 5: 94 are left; account 9 has no campaign at all."""
    stats = stats_of(
        {"level": "account", "account_id": "9", "spend": Decimal(10)},
        {"level": "account", "account_id": "8", "spend": Decimal(99)},
        campaign("1", "5", account_id="8"),
    )
    campaigns, ads = perform(stats)
    left = "(not served at campaign level)"
    assert campaigns.select("account_id", "campaign_id", "campaign_name", "spend").rows() == [
        ("8", None, left, Decimal(94)),
        ("8", "1", None, Decimal(5)),
        ("9", None, left, Decimal(10)),
    ]
    assert ads.select("account_id", "campaign_id", "campaign_name", "ad_name", "spend").rows() == [
        ("8", None, left, None, Decimal(94)),
        ("8", "1", None, "(not served at ad level)", Decimal(5)),
        ("9", None, left, None, Decimal(10)),
    ]


def test_a_metric_that_no_row_has_is_null_and_not_zero() -> None:
    """A file without a clicks column; its entity has none in any report, and no ratio of them."""
    stats = stats_of(
        campaign("1", "10", clicks=None, impressions=50),
        campaign("2", "10", clicks=0, impressions=50),
    )
    assert report(AdLevel.CAMPAIGN, stats)["clicks"].to_list() == [None, 0]
    assert report(AdLevel.ACCOUNT, stats)["clicks"].to_list() == [0]
    campaigns, ads = perform(stats, session(1, campaign_id="3"))
    figures = ("campaign_id", "clicks", "spend", "ctr")
    assert campaigns.select(figures).rows() == [
        ("1", None, Decimal(10), None),
        ("2", 0, Decimal(10), 0.0),
        ("3", 0, Decimal(0), None),
    ]
    assert ads["clicks"].to_list() == [None, 0, 0]


def test_a_campaign_of_sessions_alone_lacks_what_no_stats_of_its_platform_have() -> None:
    """A 0 of it would be summed to a claim that the platform never made, as that of a ROAS of 0.

    Of TikTok no stats were delivered at all: its sessions were not free.
    """
    stats = stats_of(
        campaign("1", "10", conversions_value=None),
        campaign("2", "10", platform="facebook_ads"),
    )
    campaigns, ads = perform(
        stats,
        *(session(1, campaign_id="3", platform=p) for p in ("google_ads", "facebook_ads")),
        session(2, campaign_id="4", platform="tiktok_ads"),
    )
    for table in (campaigns, ads):
        figures = table.select("platform", "campaign_id", "reported_conversions_value", "spend")
        assert figures.sort("campaign_id", "platform").rows() == [
            ("google_ads", "1", None, Decimal(10)),
            ("facebook_ads", "2", 0, Decimal(10)),
            ("facebook_ads", "3", 0, 0),
            ("google_ads", "3", None, 0),
            ("tiktok_ads", "4", None, None),
        ]


def test_what_is_left_of_an_unknown_metric_is_unknown() -> None:
    """Of 5 clicks of ads nothing can be taken off the campaign's, which nobody told."""
    stats = stats_of(
        campaign("1", "10", account_id="9", clicks=None),
        ad("1", "11", "4", account_id="9", clicks=5),
    )
    _, ads = perform(stats)
    assert ads.select("ad_id", "clicks", "spend").rows() == [
        (None, None, Decimal(6)),
        ("11", 5, Decimal(4)),
    ]


def test_sessions_take_the_name_of_their_day() -> None:
    versions = [
        {"campaign_id": "1", "campaign_name": "Spring", "account_id": "9"},
    ]
    tables = AdTables(campaigns=frame(AdCampaigns, [HERE | row for row in versions]).lazy())
    campaigns, ads = perform(stats_of(), session(1, campaign_id="1"), tables=tables)
    for made in (campaigns, ads):
        assert made.select("account_id", "campaign_name", "sessions").rows() == [("9", "Spring", 1)]
