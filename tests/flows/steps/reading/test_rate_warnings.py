"""What is said of amounts in a currency without a rate: never left out without a word."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.config.loading import load_workspace
from flows.steps.reading.refusals import find_refusal
from tests.support.publishing import publish, row
from tests.support.workspaces import (
    as_json_lines,
    feed,
    read_files,
    run_workspace,
    write_workspace,
)

TOML = "[workspace]\nmax_rejected_share = 0.9\n"
RATES = b"currency,date_day,rate\nEUR,2026-01-01,1.1\nNOK,2026-02-01,0.1\n"


def order(own: str, revenue: str, currency: str | None) -> dict[str, Any]:
    at = "2026-01-11T12:00:00Z"
    return {"order_id": own, "ordered_at": at, "revenue": revenue, "currency": currency}


def test_orders_and_costs_without_a_rate_are_counted_and_summed(tmp_path: Path) -> None:
    """The Norwegian rate begins in February; two orders of 60.00 NOK came in January."""
    ran = publish(
        tmp_path,
        TOML,
        contacts=b"contact_id\n101\n",
        events=[
            {"event_id": "e1", "event_type": "email_opened", "occurred_at": "2026-01-10T12:00:00Z"}
            | {"contact_id": "101", "message_id": "m1"}
        ],
        messages=b"message_id,name,channel,cost,currency,send_date\n"
        b"m1,One,email,7.50,SEK,2026-01-10\nm2,Two,email,2.00,EUR,2026-01-10\n"
        b"m3,Three,email,4.00,EUR,\n",
        orders=[
            order("1", "50.00", " nok"),
            order("2", "10.00", "NOK"),
            order("3", "5.00", "EUR"),
            order("4", "5.00", None),
        ],
        exchange_rates=RATES,
    )
    found = [w for w in ran.warnings if w.code == "rate_missing"]
    assert [(w.model_extra, w.count, w.amount, w.setting) for w in found] == [
        ({"table": "orders", "currency": "NOK"}, 2, "60.0000", "workspace.currency"),
        ({"table": "messages", "currency": "SEK"}, 1, "7.5000", "workspace.currency"),
        ({"table": "messages", "currency": "EUR"}, 1, "4.0000", "workspace.currency"),
    ]
    assert "no rate of SEK in USD on the day" in found[1].message
    assert "on which day they go out" in found[2].message
    assert "2 rows with 60.00 NOK in all, rejected" in found[0].message
    later = "no rate of NOK in USD on the day, but of organization 'default' from 2026-02-01 on;"
    assert later in found[0].message
    assert row(ran, "email", "message_report", message_id="m1")["cost"] is None
    assert row(ran, "email", "message_report", message_id="m2")["cost"] == Decimal("2.2")


def test_orders_without_a_rate_are_of_the_rejected_share(tmp_path: Path) -> None:
    files = {"raw/orders.jsonl": as_json_lines([order("1", "5", "EUR"), order("2", "5", None)])}
    read = read_files(tmp_path, feed("orders", "raw/orders.jsonl"), files)
    refused = find_refusal(read, load_workspace(tmp_path / "ws", environ={}).config)
    assert "feed orders has 1 of 2 rows rejected" in str(refused)


def test_what_is_no_currency_s_code_is_told_what_maps_it(tmp_path: Path) -> None:
    files = {
        "raw/stats/1.csv": "date_day,platform,campaign_id,spend,currency\n"
        "2026-01-01,google_ads,1,5,€\n2026-01-01,google_ads,2,7,Euro\n".encode()
    }
    toml = '[workspace]\ncurrency = "EUR"\n' + feed("ad_stats", "raw/stats/*")
    found = read_files(tmp_path / "1", toml, files).warnings
    told = [one.message for one in found if one.code == "rate_missing"]
    assert len(told) == 2
    for text in ("€", "EURO"):
        mends = f'values = {{ currency = {{ "{text}" = "EUR" }} }}'
        assert any(mends in message for message in told)
    mended = 'values = { currency = { "€" = "EUR", "EURO" = "EUR" } }\n'
    found = read_files(tmp_path / "2", toml + mended, files).warnings
    assert not [one for one in found if one.code == "rate_missing"]


def test_breakdowns_without_a_rate_are_told(tmp_path: Path) -> None:
    """5.00 in pounds stand without an amount; 2.00 in dollars need no rate."""
    head = "date_day,platform,account_id,campaign_id,{}spend,currency\n"
    day = "2026-01-01,google_ads,A,1,"
    files = {
        "raw/stats/1.csv": (head.format("") + day + "7.00,USD\n").encode(),
        "raw/parts/1.csv": (
            head.format("kind,value,")
            + f"{day}keyword,shoes,5.00,GBP\n{day}keyword,boots,2.00,USD\n"
        ).encode(),
    }
    toml = feed("ad_stats", "raw/stats/*.csv") + feed("ad_breakdowns", "raw/parts/*.csv")
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    (one,) = [one for one in ran.warnings if one.code == "rate_missing"]
    assert (one.feed, one.count, one.amount) == ("ad_breakdowns", 1, "5.0000")
    report = ran.table("ads", "breakdown_report").select("value", "spend")
    assert report.rows() == [("boots", 2), ("shoes", None)]


def test_cells_that_can_be_no_currency_are_counted_and_not_told(tmp_path: Path) -> None:
    """A row whose cells stand one column too far has a telephone number in place of the code."""
    files = {
        "raw/orders/1.csv": b"order_id,ordered_at,contact_id,revenue,currency\n"
        b"o1,2026-01-01T12:00:00Z,101,5.00,+15550100101\n"
        b"o2,2026-01-01T12:00:00Z,102,7.00,102@example.com\n"
    }
    toml = "[workspace]\nmax_rejected_share = 1.0\n" + feed("orders", "raw/orders/*")
    found = read_files(tmp_path, toml, files).warnings
    [told] = [one for one in found if one.code == "rate_missing"]
    assert (told.count, told.amount) == (2, "12.0000")
    assert "2 rows with 12.00 in all, rejected, because" in told.message
    assert 'values = { currency = { "theirs" = "USD" } }' in told.message
    assert "0101" not in told.model_dump_json()
    assert "@" not in told.model_dump_json()


def test_an_account_s_currency_without_a_rate_is_told(tmp_path: Path) -> None:
    """100.00 of an account in EUR count as 100.00 USD; 7.00 of one in USD are what they say."""
    files = {
        "raw/stats/1.csv": b"date_day,platform,account_id,campaign_id,spend\n"
        b"2026-01-01,google_ads,A,1,100.00\n2026-01-01,google_ads,B,2,7.00\n",
        "raw/accounts/1.csv": b"platform,account_id,currency\ngoogle_ads,A,EUR\ngoogle_ads,B,USD\n",
    }
    toml = feed("ad_stats", "raw/stats/*.csv") + feed("ad_accounts", "raw/accounts/*.csv")
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    (told,) = [one for one in ran.warnings if one.code == "rate_missing"]
    assert (told.count, told.amount, told.setting) == (1, "100.0000", "workspace.currency")
    assert "1 row with 100.00 EUR in all, counted as if in USD" in told.message
    assert ran.table("ads", "account_report")["spend"].sum() == 107


def test_whose_rates_of_the_currency_there_are_is_told(tmp_path: Path) -> None:
    """A rate is its organization's own: a feed of rates without org_id prices nobody else's."""
    ran = publish(
        tmp_path,
        TOML,
        orders=[{**order("1", "5.00", "EUR"), "org_id": "shop"}, order("2", "5.00", "EUR")],
        exchange_rates=RATES,
    )
    (told,) = [one for one in ran.warnings if one.code == "rate_missing"]
    assert told.count == 1
    assert "but of organization 'default' from 2026-01-01 on; give it" in told.message


def test_feeds_of_one_table_are_told_apart(tmp_path: Path) -> None:
    """5.00 CHF came from the shop, 2.00 and 1.00 from the till."""
    head = b"order_id,ordered_at,revenue,currency\n"
    files = {
        "raw/shop/1.csv": head + b"1,2026-01-01T12:00:00Z,5.00,CHF\n",
        "raw/till/1.csv": head + b"2,2026-01-01T12:00:00Z,2.00,CHF\n3,2026-01-01T12:00:00Z,1,CHF\n",
    }
    toml = "[workspace]\nmax_rejected_share = 1\n" + "".join(
        feed("orders", f"raw/{name}/*.csv") + f'name = "{name}"\n' for name in ("shop", "till")
    )
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    told = [one for one in ran.warnings if one.code == "rate_missing"]
    assert [(one.feed, one.count, one.amount) for one in told] == [
        ("till", 2, "3.0000"),
        ("shop", 1, "5.0000"),
    ]


@pytest.mark.parametrize(
    ("rates", "told"),
    [("EUR,2026-01-01,0.92\nUSD,2026-01-01,1\n", [1]), ("EUR,2026-01-01,1\n", []), ("", [])],
)
def test_rates_in_another_currency_are_told(tmp_path: Path, rates: str, told: list[int]) -> None:
    """Of rates in dollars, euros would be multiplied by what a dollar is worth in dollars."""
    toml = '[workspace]\ncurrency = "EUR"\n' + feed("orders", "raw/o.csv")
    files = {
        "raw/o.csv": b"order_id,ordered_at,revenue,currency\n1,2026-01-02T00:00:00Z,5,EUR\n",
        "raw/r.csv": ("currency,date_day,rate\n" + rates).encode(),
    }
    read = read_files(tmp_path, toml + feed("exchange_rates", "raw/r.csv"), files)
    assert [one.count for one in read.warnings if one.code == "rate_base"] == told
