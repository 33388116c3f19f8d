"""`explain` of figures about ads: whose stats are used, which are not, which sessions came."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.publishing import publish_tables
from tests.support.workspaces import as_csv, feed, read_raw_row, write_workspace

TOML = (
    feed("ad_stats", "raw/campaigns/*.csv", name='"by campaign"')
    + feed("ad_stats", "raw/ads/*.csv", name='"by ad"')
    + feed("sessions", "raw/sessions/*.csv")
    + feed("orders", "raw/orders/*.csv")
)
OF_CAMPAIGN = {"platform": "google_ads", "account_id": "a", "campaign_id": "c", "clicks": 10}
OF_ADS = {**OF_CAMPAIGN, "ad_group_id": "g", "impressions": 100}
DAY = "2026-03-01"
AD_ROWS = [
    {**OF_ADS, "date_day": DAY, "ad_id": "x", "spend": "4.10", "clicks": 3},
    {**OF_ADS, "date_day": DAY, "ad_id": "x", "spend": "1.15", "clicks": 1},
    {**OF_ADS, "date_day": DAY, "ad_id": "y", "spend": "2.00", "clicks": 2},
]
SESSIONS = [
    {"session_id": f"s{n}", "started_at": f"{DAY}T1{n}:00:00Z", "contact_id": contact}
    | {"utm_source": "google", "utm_medium": "cpc", "utm_content": ad}
    for n, (contact, ad) in enumerate([("p1", "x"), ("p1", "x"), ("p2", "x"), ("p3", "y")])
]
ORDER = {"order_id": "o", "contact_id": "p2", "ordered_at": "2026-03-02T00:00:00Z", "revenue": "9"}
Explain = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two ads of a campaign, whose own feed says more; an older file of the ads' feed."""
    campaign = [{**OF_CAMPAIGN, "date_day": DAY, "spend": "8.00"}]
    old = [{**AD_ROWS[2], "spend": "99"}]
    root = write_workspace(
        tmp_path_factory.mktemp("explain") / "ws",
        TOML,
        {
            "raw/campaigns/1.csv": as_csv(campaign, list(campaign[0])),
            "raw/ads/1.csv": as_csv(old, list(old[0])),
            "raw/ads/2.csv": as_csv(AD_ROWS, list(AD_ROWS[0])),
            "raw/sessions/1.csv": as_csv(SESSIONS, list(SESSIONS[0])),
            "raw/orders/1.csv": as_csv([ORDER], list(ORDER)),
        },
    )
    publish_tables(root)
    return root


def read_cells(root: Path, rows: list[dict[str, Any]], column: str) -> list[str]:
    """A column of raw rows."""
    return [read_raw_row(root, row)[column] for row in rows]


def test_spend_of_an_ad_is_that_of_its_rows_in_the_latest_file(
    workspace: Path, explain: Explain
) -> None:
    said = explain("ads/ad_report", "spend", "ad_id=x")
    assert read_cells(workspace, said["rows"], "spend") == ["4.10", "1.15"]
    assert said["value"] == 5.25
    other = explain("ads/ad_report", "spend", "ad_id=y")
    assert [(one["file"], one["because"].split(":")[0]) for one in other["excluded"]] == [
        ("raw/ads/1.csv", "superseded")
    ]


def test_spend_of_a_campaign_is_its_own_feed_s_and_the_ads_do_not_count(
    workspace: Path, explain: Explain
) -> None:
    said = explain("ads/campaign_report", "spend", "campaign_id=c")
    assert read_cells(workspace, said["rows"], "spend") == ["8.00"]
    assert "feed by campaign" in said["rows"][0]["because"]
    left = [one for one in said["excluded"] if one["file"] == "raw/ads/2.csv"]
    assert {one["because"] for one in left} == {"feed by campaign speaks for it"}
    assert len(left) == 3


def test_what_is_left_of_a_campaign_is_its_own_less_its_ads(explain: Explain) -> None:
    said = explain("ads/ad_performance", "spend", "campaign_id=c", "ad_id=")
    counts = [Decimal(one["counts"]) for one in said["rows"]]
    assert sorted(counts) == [Decimal(x) for x in ("-4.1", "-2", "-1.15", "8")]
    assert said["value"] == 0.75


def test_sessions_contacts_and_revenue_come_from_their_raw_rows(
    workspace: Path, explain: Explain
) -> None:
    sessions = explain("ads/ad_performance", "sessions", "ad_id=x")
    assert read_cells(workspace, sessions["rows"], "session_id") == ["s0", "s1", "s2"]
    assert {one["because"].split(":")[0] for one in sessions["rows"]} == {
        "matched by utm_content_ad_id"
    }
    contacts = explain("ads/ad_performance", "session_contacts", "ad_id=x")
    assert read_cells(workspace, contacts["rows"], "session_id") == ["s0", "s2"]
    revenue = explain("ads/ad_performance", "revenue", "ad_id=x")
    assert read_cells(workspace, revenue["rows"], "order_id") == ["o"]


def test_ratios_have_their_operands(explain: Explain) -> None:
    said = explain("ads/ad_performance", "cpm", "ad_id=x")
    assert said["formula"] == "spend / impressions * 1000"
    assert [(one["name"], one["value"]) for one in said["operands"]] == [
        ("spend", 5.25),
        ("impressions", 200),
    ]
    assert said["value"] == pytest.approx(26.25)
