"""Conversions given by name: none is lost, none counted twice, and no value made up, in silence."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.workspaces import Ran, feed, run_workspace, write_workspace

STATS = b"""date_day,platform,account_id,campaign_id,clicks,impressions,spend
2026-03-01,google_ads,A,1,5,50,10.00
2026-03-01,google_ads,A,2,5,50,10.00
2026-03-01,my_ads,B,2,5,50,10.00
"""
OWN = b"""date_day,platform,account_id,campaign_id,clicks,impressions,spend,conversions
2026-03-01,google_ads,A,1,5,50,10.00,3
2026-03-02,google_ads,A,1,5,50,10.00,7
"""
GIVEN = b"""date_day,platform,campaign_id,conversion_name,conversions,conversions_value
2026-03-01,google_ads,1,purchase,2,20
2026-03-01,google_ads,1,lead,1,
"""
WITHOUT_VALUE = b"""date_day,platform,campaign_id,conversion_name,conversions
2026-03-01,google_ads,1,purchase,2
"""
OF_NOBODY = GIVEN + b"2026-03-01,google_ads,9,purchase,4.5,40\n"


def run(place: Path, stats: bytes, given: bytes, **settings: str) -> Ran:
    toml = feed("ad_stats", "raw/stats.csv", **settings) + feed("ad_conversions", "raw/given.csv")
    files = {"raw/stats.csv": stats, "raw/given.csv": given}
    return run_workspace(write_workspace(place / "ws", toml, files), place / "out")


def warned(ran: Ran, code: str) -> list[tuple[str | None, int | None]]:
    return [(one.feed, one.count) for one in ran.warnings if one.code == code]


def list_values(
    ran: Ran, table: str = "campaign_report"
) -> list[tuple[str, str, Decimal | None, Decimal | None]]:
    names = ("platform", "campaign_id", "conversions", "conversions_value")
    return ran.table("ads", table).select(names).rows()


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (GIVEN, [(3, 20), (0, 0), (None, None)]),
        (WITHOUT_VALUE, [(2, None), (0, None), (None, None)]),
    ],
    ids=["with a value", "without"],
)
def test_a_value_that_nobody_gives_is_null(
    tmp_path: Path, given: bytes, values: list[tuple[int | None, int | None]]
) -> None:
    """Of google_ads conversions are given; their value in one of two worlds; of my_ads neither."""
    ran = run(tmp_path, STATS, given)
    of = (("google_ads", "1"), ("google_ads", "2"), ("my_ads", "2"))
    assert list_values(ran) == [(*one, *both) for one, both in zip(of, values, strict=True)]
    roas = ran.table("ads", "campaign_performance")["reported_roas"].to_list()
    assert roas == [None if value is None else value / 10 for _, value in values]
    assert {one.code for one in ran.warnings}.isdisjoint({"conversions_twice"})


def test_conversions_of_what_nobody_knows_are_told(tmp_path: Path) -> None:
    ran = run(tmp_path, STATS, OF_NOBODY)
    assert warned(ran, "conversions_unplaced") == [("ad_conversions", 1)]
    (one,) = [one for one in ran.warnings if one.code == "conversions_unplaced"]
    assert "4.5 conversions in 1 row" in one.message
    assert [row[1] for row in list_values(ran)] == ["1", "2", "2"]
    assert warned(run(tmp_path / "known", STATS, GIVEN), "conversions_unplaced") == []


def test_coarser_conversions_are_in_finer_ones(tmp_path: Path) -> None:
    """The platform says the two of the account, too: no report lacks them."""
    of_account = b"date_day,platform,account_id,campaign_id,conversion_name,conversions\n"
    given = of_account + b"2026-03-01,google_ads,A,1,lead,2\n2026-03-01,google_ads,A,,lead,2\n"
    ran = run(tmp_path, STATS, given)
    assert warned(ran, "conversions_unplaced") == []
    assert list_values(ran)[0][2] == 2


def test_conversions_in_stats_and_by_name_are_told(tmp_path: Path) -> None:
    """Three of the first day stand in both files; the seven of the second in one."""
    ran = run(tmp_path, OWN, GIVEN)
    assert warned(ran, "conversions_twice") == [("ad_stats", 1)]
    (one,) = [one for one in ran.warnings if one.code == "conversions_twice"]
    assert "1 row with 3 conversions of their own" in one.message
    assert [row[2] for row in list_values(ran)] == [6, 7]


def test_what_the_warning_says_leaves_one_of_both_out(tmp_path: Path) -> None:
    ran = run(tmp_path, OWN, GIVEN, constants='{ conversions = "0", conversions_value = "0" }')
    assert warned(ran, "conversions_twice") == []
    assert [row[2] for row in list_values(ran)] == [3, 0]


def test_what_no_stats_tell_is_null_beside_conversions_by_name(tmp_path: Path) -> None:
    """No file has spend; 2 has stats on two of three days, and 3 nothing but a name."""
    stats = b"date_day,platform,account_id,campaign_id,clicks\n2026-03-01,google_ads,A,2,5\n"
    stats += b"2026-03-03,google_ads,A,2,1\n"
    given = b"date_day,platform,campaign_id,conversion_name,conversions\n"
    given += b"2026-03-01,google_ads,2,purchase,3\n2026-03-02,google_ads,2,purchase,1\n"
    given += b"2026-03-02,google_ads,3,purchase,4\n"
    names = b"platform,campaign_id,campaign_name\ngoogle_ads,3,Three\n"
    toml = (
        feed("ad_stats", "raw/stats.csv", without='["spend"]')
        + feed("ad_conversions", "raw/given.csv")
        + feed("ad_campaigns", "raw/names.csv")
    )
    files = {"raw/stats.csv": stats, "raw/given.csv": given, "raw/names.csv": names}
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    names_of = ("campaign_id", "clicks", "impressions", "spend", "reported_conversions")
    assert ran.table("ads", "campaign_performance").select(names_of).rows() == [
        ("2", 5, None, None, 3),
        ("3", 0, None, None, 4),
        ("2", 0, None, None, 1),
        ("2", 1, None, None, 0),
    ]


def test_spend_that_ended_before_the_conversions_is_not_known_after(tmp_path: Path) -> None:
    """A session on each of three days, conversions on the second, stats of the first alone."""
    stats = b"date_day,platform,account_id,campaign_id,clicks,spend\n"
    stats += b"2026-03-01,google_ads,A,2,5,10\n"
    given = b"date_day,platform,campaign_id,conversion_name,conversions\n"
    given += b"2026-03-02,google_ads,2,purchase,1\n"
    visits = b"session_id,started_at,anonymous_id,utm_source,utm_campaign\n" + b"".join(
        b"s%d,2026-03-0%dT12:00:00Z,v,google,2\n" % (day, day) for day in (1, 2, 3)
    )
    toml = (
        feed("ad_stats", "raw/stats.csv")
        + feed("ad_conversions", "raw/given.csv")
        + feed("sessions", "raw/visits.csv")
    )
    files = {"raw/stats.csv": stats, "raw/given.csv": given, "raw/visits.csv": visits}
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    shown = ("clicks", "spend", "sessions", "reported_conversions")
    assert ran.table("ads", "campaign_performance").select(shown).rows() == [
        (5, 10, 1, 0),
        (None, None, 1, 1),
        (None, None, 1, None),
    ]


def test_conversions_of_which_the_value_alone_is_given_are_not_counted(tmp_path: Path) -> None:
    """Meta's values without its counts, and with them."""
    source = "fivetran.facebook_ads.basic_ad_action"
    stats = b"date_day,platform,campaign_id,ad_id,spend\n2026-03-01,facebook_ads,1,11,10.00\n"
    stats += b"2026-03-01,facebook_ads,1,12,10.00\n"
    row = b"date,ad_id,action_type,value\n2026-03-01,11,offsite_conversion.fb_pixel_purchase,%d\n"
    toml = feed("ad_stats", "raw/stats.csv")
    toml += f'[[feeds]]\nsource = "{source}_values"\nfiles = "raw/values.csv"\n'
    files = {"raw/stats.csv": stats, "raw/values.csv": row % 30}
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    assert [one[2:] for one in list_values(ran, "ad_report")] == [(None, 30), (None, 0)]
    told = [one for one in ran.warnings if one.code == "column_missing"]
    assert [one.feed for one in told if "conversions worth 30" in one.message] == [
        f"{source}_values"
    ]
    toml += f'[[feeds]]\nsource = "{source}s"\nfiles = "raw/counts.csv"\n'
    files["raw/counts.csv"] = row % 2
    ran = run_workspace(write_workspace(tmp_path / "both", toml, files), tmp_path / "out_of_both")
    assert [one[2:] for one in list_values(ran, "ad_report")] == [(2, 30), (0, 0)]
    assert not [one for one in ran.warnings if "conversions worth" in one.message]
