"""The five reports of dbt ad_reporting, and spend beside sessions."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.ad_facts import AdEntities, DailyStats
from contracts.facts.session_facts import SessionFacts
from contracts.feeds import AdCampaigns, Ads
from contracts.reports.ads import AdPerformance, CampaignPerformance, UrlReport
from contracts.vocabulary import AdLevel
from flows.runtime.materialize import hold
from tests.support.frames import frame
from transforms.ads.entities import EntityDays
from transforms.ads.name_lookup import list_versions
from transforms.ads.name_versions import AdTables
from transforms.ads.names import list_ad_names
from transforms.ads.visits import align_visits, count_visits
from transforms.matching.match_sessions import SESSION_COLUMNS, MatchedSessions
from transforms.reports.ad_performance import make_ad_performance, make_campaign_performance
from transforms.reports.ads import REPORTS, make_level_report, make_url_report

DAY = date(2026, 3, 2)
HERE = {"org_id": "o", "platform": "google_ads", "date_day": DAY}
ZERO = {"clicks": 0, "impressions": 0, "spend": 0, "conversions": 0, "conversions_value": 0}
NO_TABLES = AdTables()


def daily(*given_rows: dict[str, Any]) -> EntityDays:
    """Summed stats of one organization, platform and day; each row is of an entity of its own."""
    rows = [HERE | ZERO | row | {"entity": n} for n, row in enumerate(given_rows)]
    return EntityDays(frame(DailyStats, rows), frame(AdEntities, rows))


def campaign(identity: str | None, spend: str, **more: object) -> dict[str, Any]:
    return {"level": "campaign", "campaign_id": identity, "spend": Decimal(spend)} | more


def ad(campaign_id: str | None, identity: str, spend: str, **more: object) -> dict[str, Any]:
    ids = {"level": "ad", "campaign_id": campaign_id, "ad_group_id": "G", "ad_id": identity}
    return ids | {"spend": Decimal(spend)} | more


def report(level: AdLevel, stats: EntityDays, tables: AdTables = NO_TABLES) -> pl.DataFrame:
    made = make_level_report(stats, level, tables.in_days("UTC"), "USD", hold).whole().collect()
    check(REPORTS[level], made)
    return made


def check(contract: type[Table], made: pl.DataFrame) -> None:
    assert made.schema == polars_schema(contract)
    keys = made.select(key(contract))
    assert not keys.is_duplicated().any()
    assert keys.rows() == keys.sort(key(contract)).rows()


def test_a_level_is_its_own_rows_where_the_account_gives_them() -> None:
    stats = daily(
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
    stats = daily(
        campaign("1", "10"),
        campaign("1", "20", platform="facebook_ads"),
        campaign("1", "40", org_id="p"),
        campaign("1", "80", account_id="9"),
    )
    made = report(AdLevel.CAMPAIGN, stats)
    assert made["ad_stats_key"].n_unique() == 4
    assert made["spend"].sum() == 150


def test_things_of_unknown_id_are_told_apart_by_their_parents() -> None:
    unknown = {"ad_group_id": None}
    stats = daily(ad("1", "11", "4") | unknown, ad("2", "21", "3") | unknown)
    made = report(AdLevel.AD_GROUP, stats)
    assert made.select("campaign_id", "ad_group_id", "spend").rows() == [
        ("1", None, Decimal(4)),
        ("2", None, Decimal(3)),
    ]


def test_keys_of_awkward_ids_differ() -> None:
    stats = daily(
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
    stats = daily(campaign("1", "1", attributes='{"tier": 3}'), campaign("2", "1"))
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
    made = make_url_report(daily(ad("1", "11", "4") | link), "USD", hold).whole().collect()
    check(UrlReport, made)
    read = made.select("base_url", "url_host", "url_path", "utm_source", "utm_campaign", "spend")
    assert read.rows() == [(*columns, Decimal(4))]


def session(number: int, **found: object) -> dict[str, Any]:
    return HERE | {"session_id": str(number), "contact_id": f"c{number // 2}"} | found


def perform(
    stats: EntityDays, *sessions: dict[str, Any], tables: AdTables = NO_TABLES
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both performance tables, checked."""
    versions = list_versions(tables, "UTC", hold)
    names = hold(list_ad_names(stats, versions, hold))
    rows = [row | {"link": n} for n, row in enumerate(sessions)]
    facts, links = frame(SessionFacts, rows), pl.Series("link", range(len(rows)), pl.UInt32)
    of_links = [name for name in columns(SessionFacts) if name not in SESSION_COLUMNS]
    matched = MatchedSessions(
        facts.select(SESSION_COLUMNS).with_columns(links),
        facts.select(SessionFacts.org_id, *of_links).with_columns(links),
    )
    came = count_visits(matched, hold)
    visits = align_visits(came, stats, versions, hold)
    made = []
    for make, contract in (
        (make_campaign_performance, CampaignPerformance),
        (make_ad_performance, AdPerformance),
    ):
        table = make(stats, visits, names, "USD", hold).whole().collect()
        check(contract, table)
        made.append(table)
    return made[0], made[1]


def test_what_is_known_of_no_ad_is_one_row_of_its_campaign() -> None:
    stats = daily(
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
    stats = daily(campaign("1", "10", clicks=4, impressions=8, conversions_value=Decimal(30)))
    campaigns, _ = perform(stats, session(1, campaign_id="2"))
    ratios = ("ctr", "cpc", "cpm", "cost_per_session", "reported_roas", "roas", "cost_per_order")
    assert campaigns.select("campaign_id", *ratios).rows() == [
        ("1", 0.5, 2.5, 1250.0, None, 3.0, None, None),
        ("2", None, None, None, 0.0, None, None, None),
    ]


def test_spend_of_an_account_alone_has_no_campaign() -> None:
    stats = daily(
        {"level": "account", "account_id": "9", "spend": Decimal(10)},
        {"level": "account", "account_id": "8", "spend": Decimal(99)},
        campaign("1", "5", account_id="8"),
    )
    campaigns, ads = perform(stats)
    assert campaigns.select("account_id", "campaign_id", "spend").rows() == [
        ("8", "1", Decimal(5)),
        ("9", None, Decimal(10)),
    ]
    assert ads["spend"].sum() == 15


def test_sessions_take_the_name_of_their_day() -> None:
    versions = [
        {"campaign_id": "1", "campaign_name": "Spring", "account_id": "9"},
    ]
    tables = AdTables(campaigns=frame(AdCampaigns, [HERE | row for row in versions]).lazy())
    campaigns, ads = perform(daily(), session(1, campaign_id="1"), tables=tables)
    for made in (campaigns, ads):
        assert made.select("account_id", "campaign_name", "sessions").rows() == [("9", "Spring", 1)]


identities = st.sampled_from(["1", "01", "900719925474099312"])
money = st.integers(-500, 5000).map(lambda cents: Decimal(cents) / 100)
accounts = st.sampled_from(["9", None])
stats_rows = st.lists(
    st.one_of(
        st.builds(
            lambda account, spend, clicks: {
                "level": "account",
                "account_id": account,
                "spend": spend,
                "clicks": clicks,
            },
            accounts,
            money,
            st.integers(0, 9),
        ),
        st.builds(
            lambda account, c, spend, clicks: (
                campaign(c, "0", account_id=account, clicks=clicks) | {"spend": spend}
            ),
            accounts,
            identities,
            money,
            st.integers(0, 9),
        ),
        st.builds(
            lambda account, c, a, spend, clicks: (
                ad(c, a, "0", account_id=account, clicks=clicks) | {"spend": spend}
            ),
            accounts,
            st.one_of(identities, st.none()),
            identities,
            money,
            st.integers(0, 9),
        ),
    ),
    max_size=8,
)
session_ids = st.tuples(
    st.sampled_from(["google_ads", "facebook_ads", None]),
    st.one_of(identities, st.none()),
    st.one_of(identities, st.none()),
)


@settings(deadline=None)
@given(stats_rows, st.lists(session_ids, max_size=8))
def test_every_level_comes_to_the_same_spend_and_sessions(
    given_rows: list[dict[str, Any]], found: list[tuple[str | None, str | None, str | None]]
) -> None:
    """Spend is that of campaigns, and of accounts that give nothing finer."""
    stats = daily(*given_rows)
    sessions = [
        session(n, platform=platform, campaign_id=c, ad_id=a)
        for n, (platform, c, a) in enumerate(found)
    ]
    expected = Counter[str]()
    for account in ("9", None):
        own = [row for row in given_rows if row["account_id"] == account]
        for level in ("campaign", "ad", "account"):
            if rows := [row for row in own if row["level"] == level]:
                for row in rows:
                    expected["spend"] += row["spend"]
                    expected["clicks"] += row["clicks"]
                break
    expected["sessions"] = sum(platform is not None for platform, _, _ in found)
    for made in perform(stats, *sessions):
        assert {name: made[name].sum() for name in ("spend", "clicks", "sessions")} == {
            name: expected[name] for name in ("spend", "clicks", "sessions")
        }
    campaigns = report(AdLevel.CAMPAIGN, stats)
    ads_alone = not any(row["level"] == "account" for row in given_rows)
    assert not ads_alone or campaigns["spend"].sum() == expected["spend"]
