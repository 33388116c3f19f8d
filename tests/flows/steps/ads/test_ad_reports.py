"""Single sentences of SPEC §6.2 and §7, each by a workspace of a few rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.report_tables import REPORT_TABLES
from tests.support.publishing import (
    Rows,
    Worlds,
    publish,
    quarantined,
    row,
    rows,
)
from tests.support.workspaces import Ran, feed, run_workspace, write_workspace

ADS = b"""platform,account_id,campaign_id,campaign_name,ad_group_id,ad_id,ad_name
google_ads,G,1,Spring Sale,10,11,Blue Shoe
google_ads,G,1,Spring Sale,10,12,Red Shoe
facebook_ads,F,1,Spring Sale,20,21,Green Shoe
"""
STATS = b"""date_day,platform,account_id,campaign_id,ad_group_id,ad_id,\
clicks,impressions,spend,conversions
2026-01-02,google_ads,G,1,10,11,5,100,10.10,4
2026-01-02,google_ads,G,1,10,12,5,100,20.20,1
2026-01-02,facebook_ads,F,1,20,21,5,100,7.50,1
"""
CAMPAIGNS = b"platform,account_id,campaign_id,campaign_name\nlinkedin_ads,L,0077,Leads\n"
CAMPAIGN_STATS = (
    b"date_day,platform,account_id,campaign_id,clicks,spend\n"
    b"2026-01-02,linkedin_ads,L,0077,5,5.50\n2026-01-03,linkedin_ads,L,0077,1,1.00\n"
)
LONG, LONGER = b"123456789012345678", b"123456789012345679"
NOON = "2026-01-02T12:00:00Z"


Tables = dict[str, Rows]
world = Worlds()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What the run gave to each of them."""
    return world.publish(tmp_path_factory.mktemp("worlds"))


def session(session_id: str, link: str = "", **more: object) -> dict[str, Any]:
    """A session at noon of 2 January that landed with these parameters."""
    url = f"https://x.io/?{link}"
    return {"session_id": session_id, "started_at": NOON, "landing_url": url, **more}


def matches(ran: Ran) -> dict[str, tuple[str | None, str | None, str, str]]:
    """Session -> its campaign, ad, method and status."""
    return {
        r["session_id"]: (r["campaign_id"], r["ad_id"], r["match_method"], r["match_status"])
        for r in ran.table("ads", "session_matches").to_dicts()
    }


@world
def campaigns_alone() -> Tables:
    """Ads that are known as campaigns alone."""
    return {
        "ads": CAMPAIGNS,
        "ad_stats": CAMPAIGN_STATS,
        "sessions": [session("s1", "utm_source=linkedin&utm_medium=cpc&utm_campaign=leads")],
    }


def test_a_workspace_of_campaigns_alone(worlds: dict[str, Ran]) -> None:
    ran = worlds["campaigns_alone"]
    first, second = rows(ran, "ads", "campaign_performance")
    assert (first["campaign_id"], first["campaign_name"], first["sessions"]) == ("0077", "Leads", 1)
    assert (second["spend"], second["sessions"]) == (Decimal("1.0000"), 0)
    assert ran.table("ads", "ad_report").is_empty()
    assert {r["ad_name"] for r in rows(ran, "ads", "ad_performance")} == {
        "(not served at ad level)"
    }


@pytest.mark.parametrize("table", ["ads", "ad_stats"])
def test_all_tables_of_ads_exist_also_without_a_row(tmp_path: Path, table: str) -> None:
    header = {
        "ads": b"platform,campaign_id,ad_id\n",
        "ad_stats": STATS.splitlines(keepends=True)[0],
    }
    ran = publish(tmp_path, **{table: header[table]})
    expected = {one.label for one in REPORT_TABLES if one.group == "ads"}
    found = {name for name in ran.tables() if name.startswith("ads/")}
    assert found == expected
    assert all(ran.table(*name.split("/")).is_empty() for name in found)


def test_ads_alone_need_neither_contacts_nor_sessions(tmp_path: Path) -> None:
    ran = publish(tmp_path, ads=ADS, ad_stats=STATS)
    found = rows(ran, "ads", "ad_performance")
    assert [r["ad_id"] for r in found] == ["21", "11", "12"]
    assert {(r["sessions"], r["orders"], r["over_claim_ratio"]) for r in found} == {(0, None, None)}
    assert not any(name.startswith("people/") for name in ran.tables())
    assert ran.table("ads", "session_matches").is_empty()


def test_ads_without_stats_still_match_sessions(tmp_path: Path) -> None:
    link = "utm_source=google&utm_medium=cpc&utm_content=11"
    ran = publish(tmp_path, ads=ADS, sessions=[session("s1", link)])
    (found,) = rows(ran, "ads", "ad_performance")
    assert (found["account_id"], found["ad_id"], found["ad_name"]) == ("G", "11", "Blue Shoe")
    assert (found["spend"], found["sessions"], found["cost_per_session"]) == (None, 1, None)
    (told,) = (one for one in ran.warnings if one.code == "stats_missing")
    assert "google_ads" in told.message
    assert told.count == 1
    assert ran.table("ads", "account_report").is_empty()


def test_a_spend_that_no_file_has_is_null_at_every_level_and_in_its_ratios(tmp_path: Path) -> None:
    """That the column is not there is known (`without`): its ads were still not free."""
    feeds = feed("ad_stats", "raw/s.csv", without='["spend"]') + feed("sessions", "raw/v.csv")
    files = {
        "raw/s.csv": b"date_day,platform,account_id,campaign_id,clicks\n2026-01-02,my_dsp,M,5,7\n"
        b"2026-01-04,my_dsp,M,5,9\n",
        "raw/v.csv": b"session_id,started_at,utm_source,utm_medium,utm_campaign\n"
        b"1,2026-01-02T10:00:00Z,my_dsp,cpc,5\n2,2026-01-03T10:00:00Z,my_dsp,cpc,5\n",
    }
    ran = run_workspace(write_workspace(tmp_path / "ws", feeds, files), tmp_path / "out")
    for table in ("account_report", "campaign_report"):
        told = [(r["clicks"], r["spend"]) for r in rows(ran, "ads", table)]
        assert told == [(7, None), (9, None)]
    found = rows(ran, "ads", "campaign_performance")
    figures = [(r["clicks"], r["spend"], r["sessions"]) for r in found]
    assert figures == [(7, None, 1), (0, None, 1), (9, None, 0)]
    assert {(r["cpc"], r["cost_per_session"]) for r in found} == {(None, None)}
    assert row(ran, "ads", "spend_sources")["spend_used"] is None
    assert not any(one.code == "stats_missing" for one in ran.warnings)


def test_stats_without_ads_bring_their_own_names(tmp_path: Path) -> None:
    stats = (
        b"date_day,platform,account_id,campaign_id,campaign_name,spend\n"
        b"2026-01-02,my_dsp,M,5,Old Name,1\n2026-01-03,my_dsp,M,5,New Name,1\n"
    )
    early = session("s1", "utm_source=dsp&utm_campaign=old_name")
    late = session("s2", "utm_source=dsp&utm_campaign=new-name")
    late["started_at"] = "2026-01-03T12:00:00Z"
    toml = '[ads.sources]\ndsp = "my_dsp"\n'
    ran = publish(tmp_path, toml, ad_stats=stats, sessions=[early, late])
    assert [r["sessions"] for r in rows(ran, "ads", "campaign_performance")] == [1, 1]
    assert set(matches(ran).values()) == {("5", None, "utm_campaign_name", "matched")}


def test_sessions_are_made_from_page_views_where_none_are_delivered(tmp_path: Path) -> None:
    ad = "https://x.io/?utm_source=google&utm_medium=cpc&utm_content=12"
    views = [
        {"page_view_id": "v1", "viewed_at": "2026-01-02T12:00:00Z", "url": ad},
        {"page_view_id": "v2", "viewed_at": "2026-01-02T12:29:59Z", "url": "https://x.io/b"},
        {"page_view_id": "v3", "viewed_at": "2026-01-02T13:00:00Z", "url": "https://x.io/c"},
    ]
    views = [view | {"anonymous_id": "d1"} for view in views]
    ran = publish(tmp_path, ads=ADS, ad_stats=STATS, page_views=views)
    assert [found[1] for found in matches(ran).values()].count("12") == 1
    assert len(matches(ran)) == 2
    assert row(ran, "ads", "ad_performance", ad_id="12")["sessions"] == 1


def test_delivered_sessions_stand_in_place_of_page_views(tmp_path: Path) -> None:
    view = {"viewed_at": NOON, "anonymous_id": "d1", "url": "https://x.io/?utm_source=google"}
    views = [view | {"page_view_id": "v1"}, view | {"page_view_id": "v1", "org_id": "other"}]
    ran = publish(tmp_path, ads=ADS, page_views=views, sessions=[session("s1")])
    assert sorted(ran.table("ads", "session_matches")["org_id"]) == ["default", "other"]


@world
def renamed() -> Tables:
    """A campaign with two names, one after the other."""
    ads = (
        b"platform,account_id,campaign_id,campaign_name,updated_at\n"
        b"google_ads,G,1,Winter,2025-12-01T00:00:00Z\ngoogle_ads,G,1,Spring,2026-01-03T00:00:00Z\n"
    )
    stats = (
        b"date_day,platform,account_id,campaign_id,spend\n"
        b"2026-01-02,google_ads,G,1,1\n2026-01-04,google_ads,G,1,2\n"
    )
    link = "utm_source=google&utm_medium=cpc&utm_campaign="
    visits = [
        session("s1", link + "winter"),
        session("s2", link + "spring") | {"started_at": "2026-01-04T12:00:00Z"},
        session("s3", link + "winter") | {"started_at": "2026-01-04T13:00:00Z"},
    ]
    return {"ads": ads, "ad_stats": stats, "sessions": visits}


def test_a_renamed_campaign_keeps_the_sessions_of_before(worlds: dict[str, Ran]) -> None:
    ran = worlds["renamed"]
    table = ran.table("ads", "campaign_performance").select("campaign_name", "spend", "sessions")
    assert table.rows() == [("Winter", Decimal(1), 1), ("Spring", Decimal(2), 2)]
    reasons = {r["session_id"]: r["match_reason"] for r in rows(ran, "ads", "session_matches")}
    assert reasons["s3"] != reasons["s1"]


@world
def one_name() -> Tables:
    """Links with a name that both platforms have."""
    visits = [
        session("s1", "utm_source=facebook&utm_medium=cpc&utm_campaign=spring+sale"),
        session("s2", "utm_campaign=spring+sale"),
        session("s3", "utm_content=11"),
    ]
    return {"ads": ADS, "ad_stats": STATS, "sessions": visits}


def test_one_name_on_two_platforms(worlds: dict[str, Ran]) -> None:
    ran = worlds["one_name"]
    assert matches(ran)["s1"] == ("1", None, "utm_campaign_name", "matched")
    assert matches(ran)["s2"] == (None, None, "utm_campaign_name", "ambiguous")
    assert matches(ran)["s3"] == ("1", "11", "utm_content_ad_id", "matched")
    candidates = row(ran, "ads", "session_matches", session_id="s2")["candidates"]
    assert "google_ads" in candidates
    assert "facebook_ads" in candidates
    assert sum(r["sessions"] for r in rows(ran, "ads", "ad_performance")) == 2


@world
def known_in_part() -> Tables:
    """Links that name a platform, a campaign, or none of them."""
    visits = [
        session("s1", "gclid=abc"),
        session("s2", "utm_source=google&utm_medium=cpc&utm_campaign=1"),
        session("s3", "utm_source=newsletter&utm_medium=email"),
        session("s4"),
    ]
    campaign = b"2026-01-02,google_ads,G,1,,,12,300,40.00,9\n"
    return {"ads": ADS, "ad_stats": STATS + campaign, "sessions": visits}


def test_what_is_known_of_the_platform_or_the_campaign_alone(worlds: dict[str, Ran]) -> None:
    ran = worlds["known_in_part"]
    platform = row(ran, "ads", "ad_performance", campaign_name="(no campaign matched)")
    assert (platform["platform"], platform["sessions"]) == ("google_ads", 1)
    assert (platform["campaign_id"], platform["account_id"]) == (None, None)
    rest = row(ran, "ads", "ad_performance", ad_name="(not served at ad level)")
    assert (rest["spend"], rest["clicks"], rest["sessions"]) == (Decimal("9.7000"), 2, 1)
    assert rest["campaign_name"] == "Spring Sale"
    for name in ("ad_performance", "campaign_performance"):
        assert sum(r["sessions"] for r in rows(ran, "ads", name)) == 2
        assert sum(r["spend"] for r in rows(ran, "ads", name)) == Decimal("47.5000")


FOREIGN = STATS.replace(b"conversions\n", b"conversions,currency\n").replace(b"0,4\n", b"0,4,\n")
FOREIGN = FOREIGN.replace(b"20.20,1\n", b"20.20,1,USD\n").replace(b"7.50,1\n", b"7.50,1,EUR\n")


def test_a_currency_without_a_rate_is_rejected_not_added_up(tmp_path: Path) -> None:
    toml = "[workspace]\nmax_rejected_share = 0.5\n"
    ran = publish(tmp_path, toml, ads=ADS, ad_stats=FOREIGN)
    assert sum(r["spend"] for r in rows(ran, "ads", "account_report")) == Decimal("30.3000")
    (read,) = [one for one in ran.read.inputs if one.table == "ad_stats"]
    assert (read.rows_read, read.accepted, read.rejected) == (3, 2, 1)
    (rejected,) = quarantined(ran, "ad_stats")
    assert "currency" in rejected["failed_checks"][0]
    assert rejected["row_number"] == 3


@world
def priced() -> Tables:
    """Spend in euros, and rates of other days."""
    rates = b"currency,date_day,rate\nEUR,2026-01-01,1.10\nEUR,2026-01-03,9\n"
    return {"ads": ADS, "ad_stats": FOREIGN, "exchange_rates": rates}


def test_the_rate_of_the_day_makes_the_currency_ours(worlds: dict[str, Ran]) -> None:
    ran = worlds["priced"]
    found = row(ran, "ads", "account_report", platform="facebook_ads")
    assert (found["spend"], found["currency"]) == (Decimal("8.2500"), "USD")


@world
def ids() -> Tables:
    """Ids of 18 digits, and with leading zeros."""
    ads = b"platform,campaign_id,campaign_name\n" + b"".join(
        b"google_ads,%s,C%d\n" % (one, n) for n, one in enumerate((LONG, LONGER, b"007", b"7"))
    )
    link = "utm_source=google&utm_medium=cpc&utm_campaign="
    visits = [
        session("s1", f"{link}{LONGER.decode()}"),
        session("s2", f"{link}007"),
        session("s3", "", utm_source="google", utm_id="7"),
    ]
    return {"ads": ads, "sessions": visits}


def test_ids_are_text(worlds: dict[str, Ran]) -> None:
    ran = worlds["ids"]
    assert [found[0] for found in matches(ran).values()] == [LONGER.decode(), "007", "7"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("auto", ("1", "11", "utm_content_ad_id", "matched")),
        ("utm_content", ("1", "11", "utm_content_ad_id", "matched")),
        ("utm_campaign", ("1", None, "utm_campaign_name", "matched")),
    ],
)
def test_match_modes(tmp_path: Path, mode: str, expected: tuple[str | None, ...]) -> None:
    link = "utm_source=google&utm_medium=cpc&utm_campaign=spring_sale"
    visits = [session("s1", f"{link}&utm_content=11"), session("s2", link)]
    ran = publish(tmp_path, f'[ads]\nmatch = "{mode}"\n', ads=ADS, sessions=visits)
    assert matches(ran)["s1"] == expected
    found = mode != "utm_content"
    assert matches(ran)["s2"][3] == ("matched" if found else "unmatched")


def test_the_user_knows_old_links_and_sources_of_their_own(tmp_path: Path) -> None:
    toml = (
        '[ads.sources]\n"fb-prospecting" = "facebook_ads"\n'
        '[ads.aliases]\n"sprng-sale" = { platform = "google_ads", campaign_id = "1" }\n'
    )
    visits = [
        session("s1", "utm_source=google&utm_medium=cpc&utm_campaign=Sprng_Sale"),
        session("s2", "utm_source=FB-Prospecting&utm_medium=cpc&utm_campaign=spring+sale"),
    ]
    ran = publish(tmp_path, toml, ads=ADS, sessions=visits)
    assert matches(ran)["s1"] == ("1", None, "alias", "matched")
    assert matches(ran)["s2"] == ("1", None, "utm_campaign_name", "matched")
    assert row(ran, "ads", "session_matches", session_id="s2")["platform"] == "facebook_ads"


@world
def broken() -> Tables:
    """Links with a typo, an unknown source and a macro."""
    visits = [
        session("s1", "utm_source=google&utm_medium=cpc&utm_campaign=sprng+sale"),
        session("s2", "utm_source=google&utm_medium=cpc&utm_content=11"),
        session("s3", "utm_source=mystery&utm_medium=cpc&utm_campaign=x"),
        session("s4", "utm_source=google&utm_medium=cpc&utm_campaign={campaignid}"),
    ]
    twice = b"google_ads,G,2,SPRING_SALE,30,31,Shoe\n"
    return {"ads": ADS + twice, "ad_stats": STATS, "sessions": visits}


def test_the_audit_puts_money_and_sessions_beside_what_is_broken(worlds: dict[str, Ran]) -> None:
    ran = worlds["broken"]
    table = ran.table("ads", "utm_audit")
    assert set(table["kind"]) == {
        "spend_without_sessions",
        "sessions_without_ad",
        "name_used_twice",
        "unknown_source",
        "unresolved_macro",
    }
    lost = {
        (r["campaign_id"], r["ad_id"]): r["spend_at_risk"]
        for r in rows(ran, "ads", "utm_audit", kind="spend_without_sessions")
    }
    assert lost == {("1", None): Decimal("7.5000"), ("1", "12"): Decimal("20.2000")}
    typo = row(ran, "ads", "utm_audit", kind="sessions_without_ad")
    assert (typo["value"], typo["sessions_at_risk"]) == ("sprng sale", 1)
    assert row(ran, "ads", "utm_audit", kind="unknown_source")["value"] == "mystery"
    assert row(ran, "ads", "utm_audit", kind="unresolved_macro")["value"] == "{campaignid}"


@world
def ordered() -> Tables:
    """Two orders after a visit from an ad, and one after a direct one."""
    link = "utm_source=google&utm_medium=cpc&utm_content=11"
    orders = [
        {"order_id": f"o{n}", "ordered_at": "2026-01-05T12:00:00Z", "revenue": "50.05"}
        | {"contact_id": contact}
        for n, contact in enumerate(["c1", "c1", "c2"])
    ]
    visits = [session("s1", link, contact_id="c1"), session("s2", contact_id="c2")]
    return {"ads": ADS, "ad_stats": STATS, "sessions": visits, "orders": orders}


def test_orders_stand_beside_the_spend_of_their_last_touch(worlds: dict[str, Ran]) -> None:
    ran = worlds["ordered"]
    found = row(ran, "ads", "ad_performance", ad_id="11")
    assert (found["orders"], found["revenue"]) == (2, Decimal("100.1000"))
    assert (found["over_claim_ratio"], found["cost_per_order"]) == (2.0, 5.05)
    assert found["roas"] == pytest.approx(100.1 / 10.1)
    other = row(ran, "ads", "ad_performance", ad_id="12")
    assert (other["orders"], other["revenue"], other["over_claim_ratio"]) == (0, 0, None)


def test_sessions_without_ads_make_no_ads_reports(tmp_path: Path) -> None:
    contacts = b"contact_id\nc1\n"
    visits = [session("s1", "utm_source=google&utm_medium=cpc", contact_id="c1")]
    events = [{"event_id": "e1", "event_type": "email_sent", "occurred_at": NOON}]
    events = [event | {"contact_id": "c1", "message_id": "m1"} for event in events]
    ran = publish(tmp_path, contacts=contacts, sessions=visits, events=events)
    assert not any(name.startswith("ads/") for name in ran.tables())
    assert row(ran, "people", "contact_report")["sessions"] == 1


def test_a_metric_that_no_stats_have_is_unknown_on_days_of_sessions_alone(tmp_path: Path) -> None:
    """No file has conversions: 0 clicks on the 2nd, and nobody knows how many conversions."""
    files = {
        "raw/stats.csv": b"date_day,platform,account_id,campaign_id,campaign_name,clicks,spend\n"
        b"2026-03-01,google_ads,A,1,Spring,4,10.00\n2026-03-03,google_ads,A,1,Spring,5,9.00\n",
        "raw/sessions.csv": b"session_id,started_at,anonymous_id,utm_source,utm_campaign\n"
        b"s1,2026-03-02T10:00:00Z,x,google,Spring\n",
    }
    toml = feed("ad_stats", "raw/stats.csv") + feed("sessions", "raw/sessions.csv")
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    for name in ("campaign_performance", "ad_performance"):
        made = ran.table("ads", name)
        assert made.select("clicks", "sessions", "reported_conversions").rows() == [
            (4, 0, None),
            (0, 1, None),
            (5, 0, None),
        ]


def test_what_days_cost_that_no_stats_reach_is_unknown(tmp_path: Path) -> None:
    """Google's export begins on the 2nd and ends on the 4th; Meta's later one says nothing of it.

    The 3rd, on which it has no row, cost nothing.
    """
    stats = (
        b"date_day,platform,account_id,campaign_id,clicks,impressions,spend\n"
        b"2026-03-02,google_ads,A,1,4,40,10.00\n2026-03-04,google_ads,A,1,4,40,10.00\n"
        b"2026-03-05,facebook_ads,B,2,4,40,7.00\n"
    )
    visits = [
        session(f"s{day}", "utm_source=google&utm_medium=cpc&utm_id=1")
        | {"started_at": f"2026-03-0{day}T10:00:00Z"}
        for day in (1, 3, 5)
    ]
    ran = publish(tmp_path, ad_stats=stats, sessions=visits)
    for name in ("campaign_performance", "ad_performance"):
        found = rows(ran, "ads", name, platform="google_ads")
        told = {r["date_day"].day: (r["spend"], r["clicks"], r["cost_per_session"]) for r in found}
        assert told == {
            1: (None, None, None),
            2: (10, 4, None),
            3: (0, 0, 0.0),
            4: (10, 4, None),
            5: (None, None, None),
        }
