"""Sessions that page views make, from the files to the tables."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flows.steps.matching import sessions
from tests.support.publishing import publish

START = datetime(2026, 1, 5, tzinfo=UTC)
TIMEOUT = timedelta(minutes=30)
ADS = b"org_id,platform,account_id,campaign_id,campaign_name,ad_id,ad_name\n" + b"".join(
    b"%s,google_ads,G,%d,Offer %d,%d1,Picture %d\n" % (org_id, n, n, n, n)
    for org_id in (b"a", b"b")
    for n in range(1, 4)
)
Row = dict[str, Any]


def make_views(random: Random) -> list[Row]:
    """Page views of ten devices of two organizations, of which a third come from an ad."""
    views = []
    for number in range(300):
        at = START + timedelta(seconds=random.randrange(3 * 86_400))
        link = f"?utm_source=google&utm_medium=cpc&utm_content={random.randrange(1, 4)}1"
        views.append(
            {
                "org_id": random.choice("ab"),
                "page_view_id": f"p{number:03}",
                "viewed_at": at.isoformat(),
                "anonymous_id": f"d{random.randrange(10)}",
                "url": f"https://x.io/{random.choice([link, '', ''])}",
                "user_agent": random.choice([None, "Mozilla/5.0 (compatible; Googlebot/2.1)"]),
            }
        )
    return views


def expect_sessions(views: list[Row]) -> Iterator[tuple[str, datetime, int, str]]:
    """Organization, start, page views and landing page: half an hour's rest or a new link ends."""
    devices: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for view in sorted(views, key=lambda one: (one["viewed_at"], one["page_view_id"])):
        devices[view["org_id"], view["anonymous_id"]].append(view)
    for (org_id, _), of_device in devices.items():
        session: list[Row] = []
        link = ""
        for view in of_device:
            at, said = datetime.fromisoformat(view["viewed_at"]), view["url"].partition("?")[2]
            last = datetime.fromisoformat(session[-1]["viewed_at"]) if session else at
            if session and (at - last > TIMEOUT or (said and said != link)):
                yield org_id, began(session), len(session), session[0]["url"]
                session = []
            link = said or (link if session else "")
            session.append(view)
        yield org_id, began(session), len(session), session[0]["url"]


def began(session: list[Row]) -> datetime:
    return datetime.fromisoformat(session[0]["viewed_at"])


@pytest.mark.parametrize("seed", range(2))
def test_page_views_make_sessions_however_they_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 (no secret is drawn)
    views = make_views(random)
    whole = publish(tmp_path / "whole", ads=ADS, page_views=views)
    expected = sorted(expect_sessions(views))
    matches = whole.table("ads", "session_matches")
    assert matches.height == len(expected)
    by_ad = whole.table("ads", "ad_performance")
    got = {
        (row["org_id"], row["date_day"], row["ad_id"]): row["sessions"] for row in by_ad.to_dicts()
    }
    counts: dict[Any, int] = defaultdict(int)
    for org_id, at, _, url in expected:
        if "utm" in url:
            counts[org_id, at.date(), url.rpartition("=")[2]] += 1
    assert got == counts
    monkeypatch.setattr(sessions, "ROWS_A_GROUP", 20)
    cut = publish(tmp_path / "cut", ads=ADS, page_views=random.sample(views, len(views)))
    assert cut.tables() == whole.tables()


def test_little_memory_makes_the_sessions_of_few_page_views_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [view for seed in range(5) for view in make_views(Random(seed))]  # noqa: S311 (no secret is drawn)
    views = [view | {"page_view_id": f"p{n:04}"} for n, view in enumerate(drawn)]
    whole = publish(tmp_path / "whole", ads=ADS, page_views=views)
    groups: list[int] = []
    make_sessions = sessions.make_sessions

    def make(of: sessions.ViewGroups, group: int) -> None:
        groups.append(group)
        make_sessions(of, group)

    monkeypatch.setattr(sessions, "make_sessions", make)
    text = '[run]\nmemory = "1MB"\n'
    cut = publish(tmp_path / "cut", text, ads=ADS, page_views=views)
    assert groups == [0, 1, 2, 3]
    assert cut.tables() == whole.tables()
