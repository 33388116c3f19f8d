"""Every session's match, and warnings of aliases, from the files to what is published."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.steps.matching import session_reports
from flows.steps.matching.session_reports import reconcile_sessions
from tests.support.publishing import publish
from tests.support.workspaces import as_json_lines, feed, read_files

ADS = [
    {"platform": "google_ads", "campaign_id": "1", "campaign_name": "Sale", "ad_id": "11"},
    {"platform": "google_ads", "campaign_id": "1", "campaign_name": "Sale", "ad_id": "12"},
]
SESSIONS = [
    {
        "org_id": org_id,
        "session_id": f"s{number:02}",
        "started_at": f"2026-03-01T{number:02}:00:00Z",
        "landing_url": f"https://x.io/p{number}?utm_source=google&utm_medium=cpc&utm_content=11"
        "&utm_term=shoes#top",
    }
    for org_id in ("default", "other")
    for number in range(12)
]


def test_a_session_tells_its_match_its_link_and_its_landing_page(tmp_path: Path) -> None:
    toml = '[workspace]\ntimezone = "America/New_York"\n'
    row = publish(tmp_path, toml, ads=ADS, sessions=SESSIONS[:1]).table("ads", "session_matches")
    assert row.to_dicts() == [
        {
            "org_id": "default",
            "session_id": "s00",
            "platform": "google_ads",
            "campaign_id": "1",
            "ad_group_id": None,
            "ad_id": "11",
            "match_level": "ad",
            "match_method": "utm_content_ad_id",
            "match_status": "matched",
            "match_reason": "utm_content '11' is the id of ad 11 of google_ads",
            "candidates": None,
            "date_day": date(2026, 2, 28),
            "started_at": datetime(2026, 3, 1, tzinfo=UTC),
            "utm_source": "google",
            "utm_medium": "cpc",
            "utm_campaign": None,
            "utm_content": "11",
            "utm_term": "shoes",
            "landing_page": "https://x.io/p0",
            "is_human": True,
        }
    ]


def test_a_program_is_not_human(tmp_path: Path) -> None:
    views: list[dict[str, Any]] = [
        {"page_view_id": agent, "viewed_at": "2026-03-01", "anonymous_id": agent, "url": "x.io"}
        | {"user_agent": agent}
        for agent in ("curl/8.0", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
    ]
    matches = publish(tmp_path, ads=ADS, page_views=views).table("ads", "session_matches")
    assert matches["is_human"].to_list() == [True, False]


def test_many_sessions_are_one_file_with_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = publish(tmp_path / "whole", ads=ADS, sessions=SESSIONS)
    monkeypatch.setattr(session_reports, "SESSIONS_A_PART", 5)
    monkeypatch.setattr(session_reports, "ROWS_A_PIECE", 3)
    cut = publish(tmp_path / "cut", ads=ADS, sessions=SESSIONS[::-1])
    [first, second] = (one.table("ads", "session_matches") for one in (whole, cut))
    assert first.height == 24
    assert first.equals(second)
    assert [
        path for path in cut.folder.joinpath("ads").glob("session_matches*") if path.is_dir()
    ] == [], "one file, not a folder of parts"


def test_an_alias_to_nothing_is_warned_of(tmp_path: Path) -> None:
    toml = '[ads.aliases]\ngone = { platform = "google_ads", campaign_id = "404" }\n'
    lost = SESSIONS[0] | {"utm_campaign": "gone", "landing_url": "https://x.io/"}
    published = publish(tmp_path, toml, ads=ADS, sessions=[lost])
    [warned] = [one for one in published.warnings if one.code == "alias_unknown"]
    assert (warned.count, warned.setting) == (1, "[ads.aliases]")
    assert warned.message == (
        "aliases of [ads.aliases] ('gone') lead to ads or campaigns that no feed knows, and leave "
        "1 session unmatched; correct or remove them there"
    )
    assert published.table("ads", "session_matches")["match_status"].to_list() == ["unmatched"]
    audit = published.table("ads", "utm_audit")
    assert audit.select("kind", "value", "sessions_at_risk").rows() == [
        ("alias_to_nothing", "gone", 1)
    ]
    assert isinstance(audit, pl.DataFrame)


def test_an_alias_to_nothing_of_one_organization_alone_is_named(tmp_path: Path) -> None:
    """The campaign is one of organization a; sessions of b bear its alias, too."""
    toml = '[ads.aliases]\nspring = { platform = "google_ads", campaign_id = "1" }\n'
    ads = [{"org_id": "a", "platform": "google_ads", "campaign_id": "1", "campaign_name": "One"}]
    visits = [
        {"session_id": org_id, "org_id": org_id, "started_at": "2026-03-01T08:00:00Z"}
        | {"anonymous_id": org_id, "utm_source": "google", "utm_campaign": "Spring"}
        for org_id in ("a", "b")
    ]
    published = publish(tmp_path, toml, ads=ads, sessions=visits)
    [warned] = [one for one in published.warnings if one.code == "alias_unknown"]
    assert warned.count == 1
    assert "('Spring') lead to" in warned.message


def test_a_newsletters_session_and_its_revenue_are_not_the_ads_of_the_same_name(
    tmp_path: Path,
) -> None:
    """Spring is an e-mail campaign and a Facebook one; of two orders of 30 one came by each."""
    visits = [
        {"session_id": who, "contact_id": who, "started_at": "2026-03-01T08:00:00Z"}
        | {"utm_source": source, "utm_medium": medium, "utm_campaign": "Spring"}
        for who, source, medium in (("c1", "newsletter", "email"), ("c2", "facebook", "cpc"))
    ]
    stats = {"platform": "facebook_ads", "campaign_id": "9", "campaign_name": "Spring"}
    published = publish(
        tmp_path,
        contacts=[{"contact_id": "c1"}, {"contact_id": "c2"}],
        campaigns=[{"campaign_id": "m1", "name": "Spring", "channel": "email"}],
        sends=[{"send_id": "s1", "contact_id": "c1", "campaign_id": "m1", "status": "sent"}],
        ad_stats=[stats | {"date_day": "2026-03-01", "spend": "10"}],
        sessions=visits,
        orders=[
            {"order_id": who, "contact_id": who, "ordered_at": "2026-03-01T09:00:00Z"}
            | {"revenue": "30"}
            for who in ("c1", "c2")
        ],
    )
    matches = published.table("ads", "session_matches")
    assert matches.select("session_id", "campaign_id", "match_status").rows() == [
        ("c1", None, "unmatched"),
        ("c2", "9", "matched"),
    ]
    [row] = published.table("ads", "campaign_performance").to_dicts()
    figures = ("campaign_id", "sessions", "orders", "revenue", "roas")
    assert tuple(row[name] for name in figures) == ("9", 1, 1, Decimal("30.0000"), 3.0)


def test_every_accepted_session_has_its_match(tmp_path: Path) -> None:
    """One that is delivered twice has one; a lost one stops the run."""
    toml = feed("ads", "raw/ads.jsonl") + feed("sessions", "raw/*.csv")
    day = "session_id,started_at\ns1,2026-03-01T10:00:00Z\n{}"
    files = {
        "raw/ads.jsonl": as_json_lines(ADS),
        "raw/1.csv": day.format("s2,2026-03-01T11:00:00Z\n").encode(),
        "raw/2.csv": day.format("s3,2026-03-01T12:00:00Z\n").encode(),
    }
    catalog = read_files(tmp_path, toml, files).catalog
    matches = pl.DataFrame({"session_id": ["s1", "s2", "s3"]})
    (tmp_path / "ads").mkdir()
    matches.write_parquet(tmp_path / "ads/session_matches.parquet")
    check = reconcile_sessions(catalog, tmp_path)
    assert (check.name, check.expected, check.holds) == ("ads: sessions as accepted", 3, True)
    for wrong in (matches.head(2), pl.concat([matches, matches.tail(1)])):
        wrong.write_parquet(tmp_path / "ads/session_matches.parquet")
        assert not reconcile_sessions(catalog, tmp_path).holds


def test_page_views_make_sessions_beside_the_accepted_ones(tmp_path: Path) -> None:
    views = [{"page_view_id": "v1", "viewed_at": "2026-03-01", "anonymous_id": "a", "url": "x.io"}]
    published = publish(tmp_path, ads=ADS, sessions=SESSIONS[12:], page_views=views)
    [check] = [one for one in published.checks if one.name.startswith("ads: sessions as accepted")]
    assert (check.expected, check.actual, check.holds) == (12, 13, True)
