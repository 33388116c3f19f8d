"""Page views beside a feed of sessions that ends before they do."""

from pathlib import Path

import pytest

from tests.support.publishing import publish

SESSIONS = [
    {"session_id": day, "org_id": "a", "anonymous_id": "v", "started_at": f"{day}T10:00:00Z"}
    for day in ("2026-01-05", "2026-01-20")
]


@pytest.mark.parametrize(
    ("org_id", "days", "said"),
    [
        ("a", ["2026-01-04", "2026-01-10", "2026-01-21"], None),
        (
            "a",
            ["2026-01-10", "2026-02-01", "2026-02-03"],
            "2 page views (2026-02-01 to 2026-02-03)",
        ),
        ("a", ["2026-01-03"], "1 page view (2026-01-03 to 2026-01-03)"),
        ("b", ["2026-02-01"], None),
    ],
)
def test_page_views_of_days_without_delivered_sessions_are_told(
    tmp_path: Path, org_id: str, days: list[str], said: str | None
) -> None:
    views = [
        {"page_view_id": day, "org_id": org_id, "anonymous_id": "v", "url": "https://x.io/"}
        | {"viewed_at": f"{day}T12:00:00Z"}
        for day in days
    ]
    warnings = publish(tmp_path, orders=[], sessions=SESSIONS, page_views=views).warnings
    told = [one for one in warnings if one.code == "views_unused"]
    assert [one.message.partition(" make ")[0] for one in told] == ([said] if said else [])
