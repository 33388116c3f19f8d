"""Names and parents as of the day, and the list of names that ads bore."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.columns import Table, key, polars_schema
from contracts.facts.ads.ad_names import AdNames
from contracts.feeds import AdAccounts, AdCampaigns, AdCreatives, AdGroups, Ads, AdStats
from tests.support.ad_facts import find_versions, list_stated_names
from tests.support.frames import frame
from transforms.ads.name_lookup import fill_names
from transforms.ads.name_versions import AdTables
from transforms.common.shared_texts import share_texts, write_out_texts

HERE = {"org_id": "o", "platform": "google_ads"}
ZONE = "America/New_York"


def rows(table: type[Table], *given_rows: dict[str, Any]) -> pl.LazyFrame:
    """Rows of one organization and platform."""
    return frame(table, [HERE | row for row in given_rows]).lazy()


def at(month: int, day: int, hour: int = 12) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


RENAMED = rows(
    AdCampaigns,
    {"campaign_id": "1", "account_id": "9", "campaign_name": "Spring", "updated_at": at(3, 5)},
    {"campaign_id": "1", "account_id": "9", "campaign_name": "Summer", "updated_at": at(6, 2, 3)},
)


def fill(stats: pl.LazyFrame, tables: AdTables) -> pl.DataFrame:
    filled = fill_names(share_texts(stats), find_versions(tables, ZONE), "date_day")
    return write_out_texts(filled).collect().sort("date_day")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "Spring"),
        (date(2026, 3, 5), "Spring"),
        (date(2026, 5, 31), "Spring"),
        (date(2026, 6, 1), "Summer"),
        (date(2027, 1, 1), "Summer"),
    ],
)
def test_name_is_that_of_the_day(day: date, name: str) -> None:
    """3 o'clock UTC on 2 June is still 1 June in New York."""
    stats = rows(AdStats, {"date_day": day, "campaign_id": "1"})
    filled = fill(stats, AdTables(campaigns=RENAMED))
    assert filled.select("campaign_name", "account_id").rows() == [(name, "9")]


@pytest.mark.parametrize(("day", "name"), [(4, "Copy"), (5, "Spring"), (6, "Spring")])
def test_the_first_of_a_day_s_names_holds_before_that_day_and_the_last_on_it(
    day: int, name: str
) -> None:
    renamed = rows(
        AdCampaigns,
        {"campaign_id": "1", "campaign_name": "Copy", "updated_at": at(3, 5, 13)},
        {"campaign_id": "1", "campaign_name": "Spring", "updated_at": at(3, 5, 15)},
    )
    stats = rows(AdStats, {"date_day": date(2026, 3, day), "campaign_id": "1"})
    filled = fill(stats, AdTables(campaigns=renamed))
    assert filled.get_column("campaign_name").to_list() == [name]


def test_what_a_row_bears_stays() -> None:
    stats = rows(
        AdStats,
        {
            "date_day": date(2026, 1, 1),
            "campaign_id": "1",
            "campaign_name": "Own",
            "account_id": "8",
        },
    )
    filled = fill(stats, AdTables(campaigns=RENAMED))
    assert filled.select("campaign_name", "account_id").rows() == [("Own", "8")]


def test_parents_are_found_step_by_step() -> None:
    tables = AdTables(
        accounts=rows(AdAccounts, {"account_id": "9", "account_name": "Shop"}),
        campaigns=RENAMED,
        groups=rows(AdGroups, {"ad_group_id": "11", "ad_group_name": "Shoes", "campaign_id": "1"}),
        ads=rows(Ads, {"ad_id": "111", "ad_name": "Red", "ad_group_id": "11"}),
    )
    filled = fill(rows(AdStats, {"date_day": date(2026, 7, 1), "ad_id": "111"}), tables)
    assert filled.select(
        "account_id", "account_name", "campaign_id", "campaign_name", "ad_group_name", "ad_name"
    ).rows() == [("9", "Shop", "1", "Summer", "Shoes", "Red")]


def test_ads_that_only_name_campaigns_fill_them() -> None:
    ads = rows(Ads, {"campaign_id": "007", "campaign_name": "Bond", "account_id": "9"})
    filled = fill(
        rows(AdStats, {"date_day": date(2026, 7, 1), "campaign_id": "007"}), AdTables(ads=ads)
    )
    assert filled.select("campaign_id", "campaign_name", "account_id").rows() == [
        ("007", "Bond", "9")
    ]


def test_ids_belong_to_an_organization_and_a_platform() -> None:
    day = {"date_day": date(2026, 7, 1), "campaign_id": "1"}
    others = frame(
        AdStats,
        [
            {"org_id": "o", "platform": "facebook_ads"} | day,
            {"org_id": "p", "platform": "google_ads"} | day,
        ],
    ).lazy()
    filled = fill(others, AdTables(campaigns=RENAMED))
    assert filled["campaign_name"].to_list() == [None, None]


def test_an_empty_cell_of_a_version_keeps_what_was_said() -> None:
    campaigns = rows(
        AdCampaigns,
        {"campaign_id": "1", "campaign_name": "Spring", "updated_at": at(1, 1)},
        {"campaign_id": "1", "account_id": "9", "updated_at": at(2, 1)},
    )
    stats = rows(AdStats, {"date_day": date(2026, 3, 1), "campaign_id": "1"})
    filled = fill(stats, AdTables(campaigns=campaigns))
    assert filled.select("campaign_name", "account_id").rows() == [("Spring", "9")]


def names(stats: pl.LazyFrame, tables: AdTables) -> list[tuple[Any, ...]]:
    listed = list_stated_names(share_texts(stats), find_versions(tables, ZONE)).collect()
    listed = listed.sort(key(AdNames))
    assert listed.schema == polars_schema(AdNames)
    return listed.select(
        "level", "campaign_id", "ad_id", "name", "valid_from", "valid_until"
    ).rows()


NO_STATS = rows(AdStats)


def test_names_of_tables_are_intervals() -> None:
    assert names(NO_STATS, AdTables(campaigns=RENAMED)) == [
        ("campaign", "1", None, "Spring", None, date(2026, 6, 1)),
        ("campaign", "1", None, "Summer", date(2026, 6, 1), None),
    ]


def test_a_name_that_was_changed_within_its_day_is_a_former_one() -> None:
    campaigns = rows(
        AdCampaigns,
        {"campaign_id": "1", "campaign_name": "Copy", "updated_at": at(3, 5, 13)},
        {"campaign_id": "1", "campaign_name": "Sprng", "updated_at": at(3, 5, 14)},
        {"campaign_id": "1", "campaign_name": "Spring", "updated_at": at(3, 5, 15)},
    )
    assert names(NO_STATS, AdTables(campaigns=campaigns)) == [
        ("campaign", "1", None, "Copy", None, date(2026, 3, 5)),
        ("campaign", "1", None, "Spring", date(2026, 3, 5), None),
        ("campaign", "1", None, "Sprng", date(2026, 3, 5), date(2026, 3, 5)),
    ]


def test_names_of_stats_hold_until_the_next() -> None:
    stats = rows(
        AdStats,
        *(
            {"date_day": date(2026, 1, day), "campaign_id": "1", "campaign_name": name}
            for day, name in ((1, "A"), (2, "A"), (5, "B"), (7, "A"))
        ),
    )
    assert names(stats, AdTables()) == [
        ("campaign", "1", None, "A", None, date(2026, 1, 5)),
        ("campaign", "1", None, "A", date(2026, 1, 7), None),
        ("campaign", "1", None, "B", date(2026, 1, 5), date(2026, 1, 7)),
    ]


def test_names_of_stats_hold_on_their_days_where_tables_know_more() -> None:
    stats = rows(
        AdStats,
        {"date_day": date(2026, 4, 1), "campaign_id": "1", "campaign_name": "Spring"},
        {"date_day": date(2026, 4, 2), "campaign_id": "1", "campaign_name": "Sprng"},
    )
    assert names(stats, AdTables(campaigns=RENAMED)) == [
        ("campaign", "1", None, "Spring", None, date(2026, 6, 1)),
        ("campaign", "1", None, "Sprng", date(2026, 4, 2), date(2026, 4, 3)),
        ("campaign", "1", None, "Summer", date(2026, 6, 1), None),
    ]


def test_ids_without_a_name_are_listed() -> None:
    ads = rows(Ads, {"ad_id": "111", "campaign_id": "1"})
    stats = rows(AdStats, {"date_day": date(2026, 4, 1), "campaign_id": "2"})
    assert names(stats, AdTables(ads=ads)) == [
        ("ad", "1", "111", None, None, None),
        ("campaign", "1", None, None, None, None),
        ("campaign", "2", None, None, None, None),
    ]


versions = st.lists(
    st.tuples(
        st.sampled_from("12"),
        st.sampled_from(["A", "B", None]),
        st.one_of(st.none(), st.integers(1, 28)),
    ),
    max_size=8,
)
days = st.lists(st.tuples(st.sampled_from("123"), st.integers(1, 28)), max_size=8)


@given(versions, days)
def test_no_row_is_lost_or_doubled(
    told: list[tuple[str, str | None, int | None]], seen: list[tuple[str, int]]
) -> None:
    campaigns = rows(
        AdCampaigns,
        *(
            {"campaign_id": i, "campaign_name": name, "updated_at": day and at(1, day)}
            for i, name, day in told
        ),
    )
    stats = rows(AdStats, *({"date_day": date(2026, 1, d), "campaign_id": i} for i, d in seen))
    filled = fill(stats, AdTables(campaigns=campaigns))
    assert sorted(filled.select("campaign_id", "date_day").rows()) == sorted(
        (i, date(2026, 1, d)) for i, d in seen
    )


def test_an_ad_leads_where_its_creative_of_the_day_leads() -> None:
    """Parameters that a creative tells row by row are one query."""
    ads = rows(Ads, {"ad_id": "111", "ad_group_id": "11", "attributes": '{"creative_id": "c"}'})
    creative = {"creative_id": "c"}
    creatives = rows(
        AdCreatives,
        creative | {"landing_url": "https://a.example/", "updated_at": at(1, 1)},
        creative | {"parameter": "b", "url_tags": "b=2", "updated_at": at(2, 1)},
        creative | {"parameter": "a", "url_tags": "a=1", "updated_at": at(2, 1)},
        creative | {"landing_url": "https://b.example/", "updated_at": at(6, 1)},
    )
    tables = AdTables(ads=ads, creatives=creatives)
    stats = rows(AdStats, *({"date_day": date(2026, month, 5), "ad_id": "111"} for month in (3, 7)))
    assert fill(stats, tables).select("landing_url", "url_tags").rows() == [
        ("https://a.example/", "a=1&b=2"),
        ("https://b.example/", "a=1&b=2"),
    ]


def known_days(stats: pl.LazyFrame, tables: AdTables) -> list[tuple[Any, ...]]:
    listed = list_stated_names(share_texts(stats), find_versions(tables, ZONE)).collect()
    return listed.sort(key(AdNames)).select("name", "known_from", "known_until").rows()


def test_a_version_proves_its_name_from_its_day_on() -> None:
    """Spring is valid before 5 March, and only presumed there; Summer was told on 1 June."""
    assert known_days(NO_STATS, AdTables(campaigns=RENAMED)) == [
        ("Spring", date(2026, 3, 5), date(2026, 6, 1)),
        ("Summer", date(2026, 6, 1), None),
    ]


def test_a_name_that_another_follows_on_its_first_day_is_known_on_no_day() -> None:
    """As that of a copy which is named anew at once."""
    names = ("Spring", "Summer")
    told = [
        {"campaign_id": "1", "campaign_name": name, "updated_at": at(3, 5, hour)}
        for hour, name in enumerate(names, 8)
    ]
    day = date(2026, 3, 5)
    assert known_days(NO_STATS, AdTables(campaigns=rows(AdCampaigns, *told))) == [
        ("Spring", day, day),
        ("Summer", day, None),
    ]


def test_a_version_without_a_day_proves_nothing() -> None:
    campaigns = rows(AdCampaigns, {"campaign_id": "1", "campaign_name": "Spring"})
    assert known_days(NO_STATS, AdTables(campaigns=campaigns)) == [("Spring", None, None)]


def test_stats_prove_names_from_their_first_day_to_their_last() -> None:
    stats = rows(
        AdStats,
        {"date_day": date(2026, 2, 1), "campaign_id": "1", "campaign_name": "Spring"},
        {"date_day": date(2026, 2, 9), "campaign_id": "1", "campaign_name": "Spring"},
    )
    of_stats = ("Spring", date(2026, 2, 1), date(2026, 2, 10))
    assert known_days(stats, AdTables()) == [of_stats]
    assert known_days(stats, AdTables(campaigns=RENAMED)) == [
        of_stats,
        ("Spring", date(2026, 3, 5), date(2026, 6, 1)),
        ("Summer", date(2026, 6, 1), None),
    ]
