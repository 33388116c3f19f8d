"""What is doubtful in ad spend is said, with the money and the setting that decides (SPEC §8)."""

from pathlib import Path

import polars as pl
import pytest

from tests.support.publishing import publish
from tests.support.workspaces import Ran, feed, run_workspace, write_workspace

BY_CAMPAIGN = b"""date_day,platform,account_id,campaign_id,spend
2026-03-01,linkedin_ads,A,1,100.00
2026-03-02,linkedin_ads,A,1,50.00
"""
AGAIN = b"""date_day,platform,account_id,campaign_id,spend
2026-03-02,linkedin_ads,A,1,12.00
2026-03-03,linkedin_ads,A,1,8.00
"""
BY_AD = b"""date_day,platform,account_id,campaign_id,ad_id,spend
2026-03-01,linkedin_ads,A,1,11,90.00
2026-03-01,linkedin_ads,,,99,40.00
"""


def run(place: Path, *names: str) -> Ran:
    """A workspace whose feeds of stats are configured in this order."""
    files = {"by_campaign": BY_CAMPAIGN, "again": AGAIN, "by_ad": BY_AD}
    feeds = [feed("ad_stats", f"raw/{name}.csv", name=f'"{name}"') for name in names]
    raw = {f"raw/{name}.csv": files[name] for name in names}
    return run_workspace(write_workspace(place / "ws", "".join(feeds), raw), place / "out")


def warned(ran: Ran, code: str) -> list[tuple[str | None, int | None, str | None]]:
    return [(one.feed, one.count, one.amount) for one in ran.warnings if one.code == code]


def test_spend_of_an_unknown_account_is_told(tmp_path: Path) -> None:
    """40.00 of a creative that no feed places; the campaign's ads come to 90.00 of its 100.00."""
    ran = run(tmp_path, "by_campaign", "by_ad")
    assert warned(ran, "spend_unplaced") == [("by_ad", 1, "40.0000")]
    assert warned(ran, "levels_disagree") == [("by_campaign", 1, "10.0000")]
    assert warned(ran, "two_feeds_speak") == []
    total = ran.table("ads", "account_report")["spend"].sum()
    assert total == 150
    for name in ("campaign_performance", "ad_performance"):
        assert ran.table("ads", name)["spend"].sum() == total


def test_a_feed_that_is_left_out_is_told(tmp_path: Path) -> None:
    """The second feed's 12.00 of 2 March are the first one's to tell; its 8.00 count."""
    ran = run(tmp_path, "by_campaign", "again")
    assert warned(ran, "two_feeds_speak") == [("again", 1, "12.0000")]
    assert ran.table("ads", "campaign_report")["spend"].to_list() == [100, 50, 8]
    sources = ran.table("ads", "spend_sources").select("feed", "spend", "spend_used")
    assert sources.rows() == [("again", 20, 8), ("by_campaign", 150, 150)]


def test_the_order_of_the_feeds_decides(tmp_path: Path) -> None:
    ran = run(tmp_path, "again", "by_campaign")
    assert warned(ran, "two_feeds_speak") == [("by_campaign", 1, "50.0000")]
    assert ran.table("ads", "campaign_report")["spend"].to_list() == [100, 12, 8]
    (one,) = [one for one in ran.warnings if one.code == "two_feeds_speak"]
    assert "[[feeds]]" in (one.setting or "")


def test_stats_of_nobody_s_account_are_no_fault(tmp_path: Path) -> None:
    """Rows that say they are of an account, and do not say which."""
    stats = b"date_day,platform,level,campaign_id,spend\n2026-03-01,my_ads,account,1,5.00\n"
    toml = feed("ad_stats", "raw/stats.csv")
    root = write_workspace(tmp_path / "ws", toml, {"raw/stats.csv": stats})
    ran = run_workspace(root, tmp_path / "out")
    assert ran.table("ads", "account_report")["spend"].to_list() == [5]
    assert ran.table("ads", "spend_sources")["spend_used"].to_list() == [5]


def test_a_day_without_an_account_s_row_is_in_the_comparison(tmp_path: Path) -> None:
    """The account speaks from the 1st to the 3rd: 0 on the 2nd, when its campaign cost 60.00."""
    files = {
        "raw/account.csv": b"date_day,platform,account_id,spend\n"
        b"2026-03-01,google_ads,A,100.00\n2026-03-03,google_ads,A,9.00\n",
        "raw/campaign.csv": b"date_day,platform,account_id,campaign_id,spend\n"
        b"2026-03-02,google_ads,A,1,60.00\n",
    }
    toml = "".join(feed("ad_stats", path, name=f'"{path[4:-4]}"') for path in files)
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    assert warned(ran, "levels_disagree") == [("account", 1, "60.0000")]
    sources = ran.table("ads", "spend_sources").select(
        "level", "spend", "spend_used", "spend_of_level_below", "difference"
    )
    assert sources.rows() == [("account", 109, 109, 60, -60), ("campaign", 60, 0, None, None)]
    assert ran.table("ads", "account_report")["spend"].sum() == 109


def test_sessions_of_a_platform_without_stats_are_told(tmp_path: Path) -> None:
    """Two sessions of Meta, whose feed of stats is not there: no spend is known, not one of 0."""
    sessions = (
        b"session_id,started_at,anonymous_id,utm_source,utm_medium\n"
        b"1,2026-03-01T10:00:00Z,a,linkedin,cpc\n"
        b"2,2026-03-01T10:00:00Z,a,facebook,cpc\n"
        b"3,2026-03-02T10:00:00Z,b,facebook,cpc\n"
        b"4,2026-03-02T10:00:00Z,b,newsletter,email\n"
    )
    feeds = feed("ad_stats", "raw/stats.csv") + feed("sessions", "raw/sessions.csv")
    files = {"raw/stats.csv": BY_CAMPAIGN, "raw/sessions.csv": sessions}
    ran = run_workspace(write_workspace(tmp_path / "ws", feeds, files), tmp_path / "out")
    assert warned(ran, "stats_missing") == [(None, 2, None)]
    (told,) = (one for one in ran.warnings if one.code == "stats_missing")
    assert told.message.startswith("facebook_ads: ")
    spent = (
        ran.table("ads", "campaign_performance").group_by("platform").agg(pl.col("spend").sort())
    )
    assert dict(spent.iter_rows()) == {"facebook_ads": [None] * 2, "linkedin_ads": [0, 50, 100]}


def test_an_ad_under_two_campaigns_is_told(tmp_path: Path) -> None:
    """Its sessions stand under the campaign whose id sorts last; other ads have one campaign."""
    stats = (
        b"date_day,platform,campaign_id,ad_id,spend\n"
        b"2026-03-01,google_ads,C2,11,1\n2026-03-01,google_ads,C1,11,2\n"
        b"2026-03-02,google_ads,C1,12,4\n2026-03-02,google_ads,C1,,8\n"
    )
    root = write_workspace(tmp_path / "ws", feed("ad_stats", "raw/s.csv"), {"raw/s.csv": stats})
    ran = run_workspace(root, tmp_path / "out")
    assert warned(ran, "several_parents") == [(None, 1, None)]
    (told,) = (one for one in ran.warnings if one.code == "several_parents")
    assert "google_ads: the stats of ad 11 name several campaigns, as C1 and C2; " in told.message
    assert "stand under C2" in told.message


UNDER_TWO_IDS = b"""date_day,platform,account_id,campaign_id,clicks,impressions,spend
2026-03-01,linkedin_ads,A-1,1,5,100,10.00
2026-03-02,linkedin_ads,A-1,1,5,100,10.00
2026-03-01,linkedin_ads,A1,1,5,100,10.00
2026-03-02,linkedin_ads,A1,1,5,100,11.00
2026-03-01,linkedin_ads,B,2,5,100,10.00
2026-03-01,my_ads,A1,1,5,100,10.00
"""


def test_one_account_under_two_ids_is_told(tmp_path: Path) -> None:
    """Of the 1st both say 10.00; of the 2nd they do not agree. The hint, followed, mends it."""
    files = {"raw/stats.csv": UNDER_TWO_IDS}
    root = write_workspace(tmp_path / "ws", feed("ad_stats", "raw/stats.csv"), files)
    ran = run_workspace(root, tmp_path / "out")
    (one,) = [one for one in ran.warnings if one.code == "account_twice"]
    assert (one.count, one.amount) == (1, "10.0000")
    assert "under the accounts A-1 and A1: 10.00 counts again" in one.message
    one_id = feed(
        "ad_stats", "raw/*.csv", values='{ account_id = { "A-1" = "A1" } }', repeats='"replace"'
    )
    first, rest = UNDER_TWO_IDS.split(b"2026-03-01,linkedin_ads,A1,", 1)
    header = first.split(b"\n", 1)[0]
    split = {"raw/1.csv": first, "raw/2.csv": header + b"\n2026-03-01,linkedin_ads,A1," + rest}
    ran = run_workspace(write_workspace(tmp_path / "ids", one_id, split), tmp_path / "ids-out")
    assert [one for one in ran.warnings if one.code == "account_twice"] == []
    assert ran.table("ads", "account_report")["spend"].sum() == 41


BY_NAME = b"""date_day,platform,campaign_id,campaign_name,spend
2026-03-01,google_ads,Brand,Brand,10.00
2026-03-02,google_ads,Brand,Brand,9.00
2026-03-01,google_ads,Other,Other,3.00
"""
BY_ID = b"""date_day,platform,account_id,campaign_id,campaign_name,ad_group_id,spend
2026-03-01,google_ads,A,123,Brand,1,6.00
2026-03-01,google_ads,A,123,Brand,2,4.00
2026-03-02,google_ads,A,123,Brand,1,8.00
"""


def by_name_and_id(place: Path, *feeds: str, by_id: bytes = BY_ID) -> list[tuple[int, str]]:
    files = {"raw/1.csv": BY_NAME, "raw/2.csv": by_id}
    toml = "".join(feed("ad_stats", path, name=f'"{at}"') for at, path in enumerate(feeds))
    ran = run_workspace(write_workspace(place / "ws", toml, files), place / "out")
    assert not any(one.code == "account_twice" for one in ran.warnings)
    return [
        (one.count or 0, one.amount or "") for one in ran.warnings if one.code == "renamed_twice"
    ]


def test_a_campaign_by_its_name_and_by_its_id_is_told(tmp_path: Path) -> None:
    """In two feeds, or at two levels of one: the 10.00 of the 1st count twice."""
    both = ("raw/1.csv", "raw/2.csv")
    assert by_name_and_id(tmp_path / "feeds", *both) == [(1, "10.0000")]
    assert by_name_and_id(tmp_path / "levels", "raw/*.csv") == [(1, "10.0000")]
    assert by_name_and_id(tmp_path / "other", *both, by_id=BY_ID.replace(b",4.00", b",5")) == []
    all_by_name = BY_ID.replace(b",123,", b",Brand,")
    assert by_name_and_id(tmp_path / "names", *both, by_id=all_by_name) == []


def test_custom_columns_in_which_the_rows_of_a_day_differ_are_told(tmp_path: Path) -> None:
    """By device on the 1st, where the objective is lost with it; one row on the 2nd.

    Where the device is all that there is, nothing is lost.
    """
    stats = b"""date_day,platform,ad_id,landing_url,spend,objective,device
2026-03-01,my_ads,1,https://x.io/,1.00,sales,phone
2026-03-01,my_ads,1,https://x.io/,2.00,sales,tablet
2026-03-02,my_ads,1,https://x.io/,4.00,sales,phone
"""
    toml = feed("ad_stats", "raw/stats.csv")
    root = write_workspace(tmp_path / "ws", toml, {"raw/stats.csv": stats})
    ran = run_workspace(root, tmp_path / "out")
    for table in ("ad_report", "url_report"):
        said = ran.table("ads", table).select("spend", "attributes").rows()
        assert said == [(3, None), (4, '{"objective":"sales","device":"phone"}')]
    assert warned(ran, "attributes_differ") == [("ad_stats", 1, None)]
    alone = stats.replace(b"sales,", b"").replace(b"objective,", b"")
    root = write_workspace(tmp_path / "alone", toml, {"raw/stats.csv": alone})
    assert warned(run_workspace(root, tmp_path / "out of it"), "attributes_differ") == []


def test_a_row_of_all_ages_beside_its_parts_is_told(tmp_path: Path) -> None:
    """A pivot table's 3.00 of all ages and its 1.00 and 2.00 count as 6.00; parts alone do not."""
    head = "date_day,platform,ad_id,impressions,spend,age\n"
    parts = "2026-03-01,my_ads,1,10,1.00,18-24\n2026-03-01,my_ads,1,20,2.00,25-34\n"
    cases = {
        "whole": ("2026-03-01,my_ads,1,30,3.00,\n", [("ad_stats", 1, None)]),
        "another": ("2026-03-01,my_ads,1,31,3.00,35-44\n", []),
        "none": ("", []),
    }
    for name, (row, told) in cases.items():
        stats = (head + parts + row).encode()
        root = write_workspace(tmp_path / name, feed("ad_stats", "raw/s.csv"), {"raw/s.csv": stats})
        ran = run_workspace(root, tmp_path / f"out of {name}")
        assert warned(ran, "total_suspected") == told


def test_figures_that_cannot_be_are_told(tmp_path: Path) -> None:
    """Impressions in thousands, and 12.50 as 12,500,000 micros; a dear click is none of them."""
    cases = {
        "110,12,5.00": ["may be counted in thousands"],
        "9,5,5.00": [],
        "3,500,12500000": ["an impression costs 25,000.00"],
        "3,500,12500001": [],
        "3,5,90.00": [],
    }
    for number, (figures, told) in enumerate(cases.items()):
        stats = f"date_day,platform,ad_id,clicks,impressions,spend\n2026-03-01,my_ads,1,{figures}\n"
        raw = {"raw/s.csv": stats.encode()}
        root = write_workspace(tmp_path / f"{number}", feed("ad_stats", "raw/s.csv"), raw)
        ran = run_workspace(root, tmp_path / f"out {number}")
        found = [one.message for one in ran.warnings if one.code == "figures_impossible"]
        assert [part for part in told if part in "".join(found)] == told
        assert len(found) == len(told)


def test_ad_groups_without_their_campaign_beside_others_are_told(tmp_path: Path) -> None:
    """A spreadsheet merged the cells of a campaign: all but its first ad group lost it."""
    stats = (
        b"date_day,platform,campaign_id,ad_group_id,spend\n"
        b"2026-03-01,facebook_ads,A,1,10\n2026-03-01,facebook_ads,,2,11\n"
        b"2026-03-01,facebook_ads,B,3,12\n2026-03-01,facebook_ads,,4,13\n"
    )
    toml = feed("ad_stats", "raw/s.csv")
    root = write_workspace(tmp_path / "ws", toml, {"raw/s.csv": stats})
    ran = run_workspace(root, tmp_path / "out")
    assert warned(ran, "parent_missing") == [("ad_stats", 2, "24.0000")]


def test_a_campaign_that_another_feed_says_is_not_missing(tmp_path: Path) -> None:
    files = {
        "raw/s.csv": b"date_day,platform,campaign_id,ad_group_id,spend\n"
        b"2026-03-01,facebook_ads,A,1,10\n2026-03-01,facebook_ads,,2,11\n",
        "raw/g.csv": b"platform,ad_group_id,campaign_id\nfacebook_ads,2,A\n",
    }
    toml = feed("ad_stats", "raw/s.csv") + feed("ad_groups", "raw/g.csv")
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    assert warned(ran, "parent_missing") == []


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["2026-01-01", "2026-02-01", "2026-03-01"], "the first of a month"),
        (["2026-01-05", "2026-01-12", "2026-01-19", "2026-02-02"], "a Monday"),
        (["2026-01-01", "2026-02-01"], None),
        (["2026-01-05", "2026-01-12", "2026-01-19"], None),
        (["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-27"], None),
    ],
)
def test_days_that_are_weeks_or_months_are_told(
    tmp_path: Path, days: list[str], told: str | None
) -> None:
    stats = [
        {"date_day": day, "platform": "my_ads", "campaign_id": "1", "spend": "700"} for day in days
    ]
    ran = publish(tmp_path, ad_stats=stats)
    found = [one for one in ran.warnings if one.code == "coarse_days"]
    assert len(found) == (told is not None)
    assert all(f"each of its {len(days)} days is {told}," in one.message for one in found)
