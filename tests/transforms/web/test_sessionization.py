from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.columns import columns
from contracts.feeds.web import PageViews, Sessions
from tests.support.examples import count_examples
from tests.support.frames import frame
from transforms.web.sessionization import build_sessions
from transforms.web.traffic_sources import (
    SOURCE_KEY,
    UTM_VALUES,
    key_traffic_sources,
    list_traffic_sources,
)

Row = dict[str, Any]
Snowplow = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
SNOWPLOW = Path(__file__).parents[3] / "../shared/realdata/snowplow_web/integration_tests/data"


def view(
    number: int,
    seconds: float,
    url: str = "https://x.com/",
    device: str | None = "A",
    **more: str | None,
) -> Row:
    return {
        "org_id": "default",
        "page_view_id": f"{number:03}",
        "viewed_at": START + timedelta(seconds=seconds),
        "anonymous_id": device,
        "url": url,
        **more,
    }


def build(
    views: list[Row],
    timezone: str = "UTC",
    timeout_minutes: int = 30,
    *,
    split_at_midnight: bool = False,
) -> pl.DataFrame:
    built = build_sessions(
        frame(PageViews, views), timezone, timeout_minutes, split_at_midnight=split_at_midnight
    )
    return built.collect().sort("org_id", "session_id")


def ids_and_counts(views: list[Row], timeout_minutes: int = 30) -> dict[str, int]:
    built = build(views, timeout_minutes=timeout_minutes)
    return dict(built.select("session_id", "page_views").iter_rows())


def test_a_session_is_its_views() -> None:
    first = view(1, 0, "https://x.com/?utm_source=google", referrer="https://google.com/")
    [row] = build([first, view(2, 60, contact_id="C")]).iter_rows(named=True)
    assert (row["started_at"], row["ended_at"]) == (START, START + timedelta(seconds=60))
    assert (row["session_id"], row["page_views"], row["contact_id"]) == ("view:001", 2, "C")
    assert (row["landing_url"], row["referrer"]) == (first["url"], first["referrer"])


def test_columns_are_those_of_sessions() -> None:
    assert build([]).columns == [*columns(Sessions), "is_bot"]


@pytest.mark.parametrize(("pause", "count"), [(1799, 1), (1800, 1), (1801, 2)])
def test_half_an_hour_is_still_the_session(pause: int, count: int) -> None:
    assert len(ids_and_counts([view(1, 0), view(2, pause)])) == count


def test_the_timeout_is_configurable() -> None:
    assert len(ids_and_counts([view(1, 0), view(2, 301)], timeout_minutes=5)) == 2


@pytest.mark.parametrize(
    ("urls", "counts"),
    [
        (["?utm_campaign=a", "", "?utm_campaign=a"], [3]),
        (["?utm_campaign=a", "", "?utm_campaign=b"], [2, 1]),
        (["?utm_campaign=a", "", "?utm_campaign=A"], [3]),
        (["", "?utm_campaign=a", ""], [1, 2]),
        (["?utm_campaign=a&gclid=1", "?utm_campaign=a&gclid=2"], [2]),
        (["?gclid=1", "?fbclid=1"], [1, 1]),
        (["?gclid=1", "?gclid=2"], [2]),
        (["?utm_campaign=a", "?utm_campaign=a&utm_term=x"], [2]),
        (["?utm_campaign=a", "?utm_campaign="], [2]),
        (["?utm_campaign=a", "?page=2"], [2]),
        (["?utm_campaign=a", "#utm_campaign=b", "?utm_campaign=a"], [1, 1, 1]),
    ],
)
def test_a_new_campaign_begins_a_session(urls: list[str], counts: list[int]) -> None:
    views = [view(n, n, f"https://x.com/{url}") for n, url in enumerate(urls)]
    assert list(ids_and_counts(views).values()) == counts


def test_a_campaign_does_not_outlive_its_session() -> None:
    url = "https://x.com/?utm_campaign=a"
    views = [view(1, 0, url), view(2, 4000), view(3, 4001, url)]
    assert list(ids_and_counts(views).values()) == [1, 1, 1]


def test_a_campaign_is_not_that_of_another_visitor() -> None:
    url = "https://x.com/?utm_campaign=a"
    views = [view(1, 0, url), view(2, 10, device="B"), view(3, 20, url, device="B")]
    assert len(ids_and_counts(views)) == 3


def test_midnight_is_that_of_the_reporting_zone() -> None:
    midnight = datetime(2026, 1, 6, tzinfo=ZoneInfo("Europe/Paris"))
    gap = (midnight - START).total_seconds()
    views = [view(1, gap - 60), view(2, gap + 60)]
    paris = build(views, "Europe/Paris", split_at_midnight=True)
    assert paris["page_views"].to_list() == [1, 1]
    assert build(views, "UTC", split_at_midnight=True).height == 1
    assert build(views, "Europe/Paris").height == 1


def test_visitors_are_kept_apart() -> None:
    views = [
        view(1, 0, device="A"),
        view(2, 0, device="B"),
        view(3, 0, device=None, contact_id="A"),
        view(4, 0, device="A", org_id="other"),
    ]
    assert set(ids_and_counts(views).values()) == {1}


def test_the_first_known_contact_is_the_sessions() -> None:
    views = [view(1, 0), view(2, 1, contact_id="C"), view(3, 2, contact_id="D"), view(4, 9000)]
    assert build(views)["contact_id"].to_list() == ["C", None]


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 (X11) HeadlessChrome/120.0 Safari/537.36", True),
        ("facebookexternalhit/1.1", True),
        ("python-requests/2.31", True),
        ("Mozilla/5.0", True),
        ("Mozilla/5.0 (Linux; Android 8.1.0; CUBOT X19) Chrome/70.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) Safari/604.1", False),
        (None, None),
    ],
)
def test_bots_are_flagged(agent: str | None, expected: object) -> None:
    assert build([view(1, 0, user_agent=agent)])["is_bot"].item() is expected


moves = st.lists(
    st.tuples(st.integers(0, 4000), st.sampled_from("AB"), st.sampled_from(["", "a", "b"])),
    max_size=12,
)


@settings(max_examples=count_examples(20))
@given(moves, st.integers(0, 99))
def test_sessions_are_what_a_plain_loop_makes(found: list, seed: int) -> None:
    views = [
        view(
            number,
            sum(pause for pause, *_ in found[: number + 1]),
            f"https://x.com/?utm_id={tag}",
            device,
        )
        for number, (_, device, tag) in enumerate(found)
    ]
    expected = {}
    for _, group in groupby(
        sorted(views, key=lambda v: v["anonymous_id"]), lambda v: v["anonymous_id"]
    ):
        last, current, session = None, "", None
        for row in group:
            tag = row["url"].partition("=")[2]
            is_new = last is None or row["viewed_at"] - last > timedelta(minutes=30)
            if is_new or (tag and tag != current):
                session, current = f"view:{row['page_view_id']}", tag
            last = row["viewed_at"]
            expected[session] = expected.get(session, 0) + 1
    assert ids_and_counts(views) == expected
    shuffled = pl.Series(range(len(views)), dtype=pl.Int64).shuffle(seed)
    assert_frame_equal(build([views[place] for place in shuffled]), build(views))


PINGS_ONLY = "no page view, only pings: no session of ours"
CUT = "a pause of days, or another visitor: sessions of their own"
CAMPAIGN = "the second campaign begins a session of its own"
TWO_IDS = "two session ids of one visitor at the same time: one session"
LATE = "upstream leaves out a session that arrives months late"
OTHER_EVENTS = "upstream's start and end take in pings and other events"
DIFFERENCES = {
    "0b0c7bb589ebd041177514f3e43446ca5d4343328936d2f8f12a42b41bf9140d": PINGS_ONLY,
    "0b0c7bb589ebd041177514f3e43446ca5d4343328936d2f8f12a42b41bf9140e": PINGS_ONLY,
    "0b5d421a98dc6af66d7da30840afb1072f518342ca058cef3af20a6e9b30fce8": PINGS_ONLY,
    "2bfc2c760c3ac434953eefd7903789429c8a5f8171c4b8b26aee93108b77bd35": CUT,
    "d21c000a5953335da6cd125ac349135ae6524b04dd4b107a263dfb1de131b12d": CUT,
    "540b6c4f7c15de9093e0f4f6cf45a062fba7606ce64558a0b1c5a34d8bb33af5": CUT,
    "067bcc8ea082fcaf940893b64943edc6b718f0dd1bc1bd5d054a507c64048318": CAMPAIGN,
    "cde5b90f34224b1a94351fa90fcb61d41b26a52a1a8381603cf538a11edd2bb2": TWO_IDS,
    "93c11143f1de24d8f77c80bd138e815aa705a32a288a2b71bee522426b9aacc8": TWO_IDS,
    "df2bf41d09f5f900cd6bd564d1ae403843c9cd767081e38bf614c950a4f73b32": TWO_IDS,
    "6f19f1f4f43224f646d6fed6358c39152faa088f7ab2d90f0a791ea1210a4656": TWO_IDS,
}


@pytest.fixture(scope="module")
def snowplow() -> Snowplow:
    """Upstream's sessions, and ours with upstream's id of their first view."""
    if not SNOWPLOW.exists():
        pytest.skip("the real data is not here")
    events = pl.read_csv(SNOWPLOW / "source/snowplow_web_events.csv", infer_schema=False)
    upstream = pl.read_csv(
        SNOWPLOW / "expected/default/snowplow_web_sessions_expected.csv", infer_schema=False
    ).with_columns(
        pl.col("start_tstamp", "end_tstamp").str.to_datetime(time_unit="us", time_zone="UTC"),
        pl.col("page_views").cast(pl.Int64),
    )
    context = pl.col("contexts_com_snowplowanalytics_snowplow_web_page_1_0_0")
    views = (
        events.filter(pl.col("event_name") == "page_view")
        .with_columns(
            page_view_id=context.str.extract(r'"id":\s*"([^"]+)"'),
            viewed_at=pl.col("derived_tstamp").str.to_datetime(time_unit="us", time_zone="UTC"),
        )
        .filter(pl.col("page_view_id").is_not_null())
        .sort("viewed_at", "event_id")
        .unique("page_view_id", keep="first", maintain_order=True)
        .rename({"page_url": "url", "page_referrer": "referrer", "domain_userid": "anonymous_id"})
        .rename({"user_id": "contact_id", "useragent": "user_agent"})
    )
    rows = views.with_columns(org_id=pl.lit("default")).iter_rows(named=True)
    built = build_sessions(frame(PageViews, rows), "UTC", 30, split_at_midnight=False)
    keyed = key_traffic_sources(built).drop(UTM_VALUES)
    ours = keyed.join(
        list_traffic_sources(keyed), on=SOURCE_KEY, how="left", validate="m:1"
    ).collect()
    first = views.select("domain_sessionid", session_id=pl.format("view:{}", "page_view_id"))
    return upstream, ours.join(first, on="session_id", how="left", validate="1:1"), views


def test_snowplow_sessions_agree_or_differ_for_a_reason(snowplow: Snowplow) -> None:
    upstream, ours, _ = snowplow
    compared = upstream.join(
        ours, on="domain_sessionid", how="inner", suffix="_ours", validate="1:m"
    )
    plain = compared.filter(~pl.col("domain_sessionid").is_in(list(DIFFERENCES)))
    assert plain.height == upstream.height - len(DIFFERENCES) == 7
    assert plain["page_views"].to_list() == plain["page_views_ours"].to_list()
    for theirs, read in (("mkt_source", "utm_source"), ("mkt_campaign", "utm_campaign")):
        assert plain[theirs].to_list() == plain[read].to_list()
    exact = plain.filter(
        pl.col("start_tstamp") == pl.col("started_at"), pl.col("end_tstamp") == pl.col("ended_at")
    )
    within = plain.filter(
        pl.col("start_tstamp") <= pl.col("started_at"), pl.col("end_tstamp") >= pl.col("ended_at")
    )
    assert (exact.height, within.height) == (2, 7), OTHER_EVENTS


def test_snowplow_differences_are_what_they_are_said_to_be(snowplow: Snowplow) -> None:
    upstream, ours, views = snowplow
    counts = dict(ours.group_by("domain_sessionid").agg(pl.len()).iter_rows())
    of_reason = {
        reason: [counts.get(number, 0) for number, why in DIFFERENCES.items() if why == reason]
        for reason in set(DIFFERENCES.values())
    }
    assert of_reason == {
        PINGS_ONLY: [0, 0, 0],
        CUT: [4, 2, 3],
        CAMPAIGN: [2],
        TWO_IDS: [1, 0, 0, 1],
    }
    assert set(counts) - set(upstream["domain_sessionid"]) == {
        number for number in views["domain_sessionid"] if number.endswith("bac8f066fc")
    }, LATE
    assert ours["page_views"].sum() == views.height
    campaigns = ours.filter(pl.col("domain_sessionid").str.ends_with("7c64048318")).sort(
        "started_at"
    )
    assert campaigns["page_views"].to_list() == [2, 4]
    assert campaigns["utm_campaign"].to_list() == [
        "product-analytics-new-ebook",
        "data-utilization",
    ]
