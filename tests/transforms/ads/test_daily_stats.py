"""Stats summed by the day, in one currency, with conversions given_apart apart from the clicks."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.columns import Table
from contracts.feeds import AdAccounts, AdConversions, Ads, AdStats, ExchangeRates
from tests.support.ad_facts import make_stats
from tests.support.frames import frame
from transforms.ads.conversions import choose_conversions
from transforms.ads.levels import PARENTS
from transforms.ads.name_versions import AdTables
from transforms.common.currency import find_unrated
from transforms.common.shared_texts import write_out_texts

DAY = date(2026, 3, 2)
HERE = {"org_id": "o", "platform": "google_ads", "date_day": DAY}
ZERO = {"clicks": 0, "impressions": 0, "spend": 0, "conversions": 0, "conversions_value": 0}
RATES = frame(
    ExchangeRates,
    [
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 1), "rate": Decimal("1.1")},
        {"org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 9), "rate": Decimal("1.2")},
        {"org_id": "p", "currency": "GBP", "date_day": date(2026, 1, 1), "rate": Decimal("1.5")},
    ],
).lazy()


def rows(table: type[Table], *given_rows: dict[str, Any]) -> pl.LazyFrame:
    """Rows of one organization, platform and day."""
    return frame(table, [HERE | row for row in given_rows]).lazy()


def stats(*given_rows: dict[str, Any]) -> pl.LazyFrame:
    """Stats whose metrics are 0 where not given, as ingest makes them."""
    return rows(AdStats, *(ZERO | row for row in given_rows))


def sum_days(
    given_stats: pl.LazyFrame,
    conversions: pl.LazyFrame | None = None,
    tables: AdTables | None = None,
) -> pl.DataFrame:
    tables = tables or AdTables()
    made = make_stats(given_stats, tables, conversions, RATES)
    return write_out_texts(made.placed()).collect().sort("date_day", *PARENTS)


def test_hours_and_devices_of_one_key_add_up_and_round_once() -> None:
    """Three times 0.00004 is 0.0001, though each alone would round to 0."""
    hour = {"ad_id": "1", "clicks": 1, "impressions": 10, "spend": Decimal("0.000040")}
    daily = sum_days(stats(hour, hour, hour))
    assert daily.select("level", "ad_id", "clicks", "impressions", "spend").rows() == [
        ("ad", "1", 3, 30, Decimal("0.0001"))
    ]


@pytest.mark.parametrize(
    ("spend", "rounded"),
    [("0.000050", "0.0001"), ("-0.000050", "-0.0001"), ("0.000049", "0.0000")],
)
def test_halves_round_away_from_zero(spend: str, rounded: str) -> None:
    daily = sum_days(stats({"ad_id": "1", "spend": Decimal(spend)}))
    assert daily["spend"].to_list() == [Decimal(rounded)]


def test_ids_stay_as_they_are() -> None:
    daily = sum_days(stats({"ad_id": "00123"}, {"ad_id": "123"}, {"ad_id": "900719925474099312"}))
    assert daily["ad_id"].to_list() == ["00123", "123", "900719925474099312"]


@pytest.mark.parametrize(
    ("given_level", "level", "campaign"),
    [(None, "ad", "1"), ("campaign", "campaign", "1"), ("account", "account", None)],
)
def test_stated_level_wins_over_the_finest_id(
    given_level: str | None, level: str, campaign: str | None
) -> None:
    row = {"level": given_level, "account_id": "9", "campaign_id": "1", "ad_id": "11"}
    daily = sum_days(stats(row))
    ad = "11" if level == "ad" else None
    assert daily.select("level", "campaign_id", "ad_id").rows() == [(level, campaign, ad)]


@pytest.mark.parametrize(
    ("currency", "spend"),
    [(None, "10"), ("USD", "10"), ("usd ", "10"), ("EUR", "11"), ("eur", "11")],
)
def test_spend_is_in_the_reporting_currency(currency: str | None, spend: str) -> None:
    daily = sum_days(stats({"ad_id": "1", "spend": Decimal(10), "currency": currency}))
    assert daily["spend"].to_list() == [Decimal(spend)]


@pytest.mark.parametrize(
    ("row", "is_priced"),
    [
        ({"currency": "EUR"}, True),
        ({"currency": None}, True),
        ({"currency": "USD"}, True),
        ({"currency": "GBP"}, False),
        ({"currency": "GBP", "org_id": "p"}, True),
        ({"currency": "EUR", "date_day": date(2026, 2, 28)}, False),
    ],
)
def test_a_currency_without_a_rate_is_rejected(row: dict[str, Any], *, is_priced: bool) -> None:
    given_stats = stats({"ad_id": "1"} | row)
    rejected = find_unrated(given_stats, RATES, "USD").collect()
    assert rejected.height == (not is_priced)
    assert rejected.schema == given_stats.collect_schema()


def test_what_has_no_rate_is_left_out_with_its_level() -> None:
    """Else a campaign's unpriced row would keep its ads' spend out of the campaign report."""
    daily = sum_days(stats({"ad_id": "1"}, {"campaign_id": "9", "currency": "GBP"}))
    assert daily.select("level", "ad_id").rows() == [("ad", "1")]


@pytest.mark.parametrize(("currency", "spend"), [("EUR", "11"), ("GBP", "10"), (None, "10")])
def test_an_accounts_currency_holds_where_it_has_a_rate(currency: str | None, spend: str) -> None:
    accounts = rows(AdAccounts, {"account_id": "9", "currency": currency})
    given_stats = stats({"account_id": "9", "spend": Decimal(10)})
    daily = sum_days(given_stats, tables=AdTables(accounts=accounts))
    assert daily["spend"].to_list() == [Decimal(spend)]


def conversions(*given_rows: dict[str, Any]) -> pl.LazyFrame:
    return rows(
        AdConversions, *({"conversion_name": "lead", "conversions": 2} | row for row in given_rows)
    )


def test_conversions_join_the_stats_of_their_ad_and_day() -> None:
    given_stats = stats(
        {"ad_id": "11", "account_id": "9", "clicks": 5, "landing_url": "https://a.example/"}
    )
    given_apart = conversions(
        {"level": "ad", "ad_id": "11", "conversions_value": Decimal(30)},
        {"level": "ad", "ad_id": "11", "conversion_name": "sale"},
    )
    daily = sum_days(given_stats, given_apart)
    columns = ("account_id", "clicks", "conversions", "conversions_value")
    assert daily.select(columns).rows() == [("9", 5, Decimal(4), Decimal(30))]


@pytest.mark.parametrize(
    ("day", "clicks"),
    [(date(2026, 3, 5), 0), (date(2026, 3, 7), None), (date(2026, 2, 20), None)],
)
def test_conversions_of_another_day_are_a_row(day: date, clicks: int | None) -> None:
    """It has no clicks where the platform has stats before and after; else nobody knows."""
    given_stats = stats(
        {"ad_id": "11", "account_id": "9", "clicks": 5},
        {"ad_id": "12", "account_id": "9", "clicks": 1, "date_day": date(2026, 3, 6)},
    )
    given_apart = conversions({"level": "ad", "ad_id": "11", "date_day": day})
    daily = sum_days(given_stats, given_apart).filter(pl.col("date_day") == day)
    assert daily.select("account_id", "clicks", "conversions").rows() == [("9", clicks, Decimal(2))]


def test_conversions_of_an_unknown_ad_wait_for_it() -> None:
    given_apart = conversions({"level": "ad", "ad_id": "12"})
    assert sum_days(stats({"ad_id": "11"}), given_apart)["ad_id"].to_list() == ["11"]
    tables = AdTables(ads=rows(Ads, {"ad_id": "12", "campaign_id": "1"}))
    known = sum_days(stats({"ad_id": "11"}), given_apart, tables)
    assert known.select("ad_id", "campaign_id", "conversions").rows() == [
        ("11", None, Decimal(0)),
        ("12", "1", Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({}, ["lead", "view"]),
        ({"google_ads": ("LEAD",)}, ["lead"]),
        ({"google_ads": ()}, ["lead", "view"]),
        ({"facebook_ads": ("lead",)}, ["lead", "view"]),
    ],
)
def test_only_chosen_conversions_count(chosen: dict[str, tuple[str, ...]], kept: list[str]) -> None:
    given_apart = conversions({"ad_id": "1"}, {"ad_id": "1", "conversion_name": "view"})
    assert choose_conversions(given_apart, chosen).collect()["conversion_name"].to_list() == kept
