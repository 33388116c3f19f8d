"""The tab of ads divides revenue by the spend that it was earned with."""

from datetime import date
from pathlib import Path

import pytest

from flows.page.glance import answer_of_reports
from flows.page.report_periods import ALL_DAYS, list_periods
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tabs.ads_tab import build_ads_tab
from tests.support.publishing import publish

LINK = "https://x.io/?utm_medium=cpc&utm_source="
STATS = (
    b"date_day,platform,campaign_id,spend\n2026-01-01,google_ads,1,5\n2026-01-02,google_ads,1,5\n"
)


def test_revenue_of_a_platform_of_unknown_spend_raises_no_ratio(tmp_path: Path) -> None:
    """Google brought 20 for 10; what Meta brought 30 for, no feed says: no return of 5."""
    came = {"s1": ("c1", "google"), "s2": ("c2", "facebook")}
    ran = publish(
        tmp_path,
        ad_stats=STATS,
        sessions=[
            {"session_id": session, "contact_id": contact, "landing_url": LINK + source}
            | {"started_at": "2026-01-01T10:00:00Z"}
            for session, (contact, source) in came.items()
        ],
        orders=b"order_id,ordered_at,contact_id,revenue\n"
        b"1,2026-01-01T12:00:00Z,c1,20\n2,2026-01-01T12:00:00Z,c2,30\n",
    )
    published = SnapshotTables(ran.folder, None, "W", "UTC", "USD")  # type: ignore[arg-type]
    block = build_ads_tab(published, [ALL_DAYS]).blocks[0]
    told = {one.title: one.cell.value for one in block.headlines}
    assert float(told["Revenue"]) == pytest.approx(50)
    assert float(told["Spend"]) == pytest.approx(10)
    assert float(told["Revenue per unit spent"]) == pytest.approx(2)
    assert float(told["Cost per session"]) == pytest.approx(10)
    (chart,) = (one for one in block.charts if one.title.startswith("Revenue per unit"))
    assert float(chart.top.value) == pytest.approx(4)


def test_days_that_an_export_of_spend_does_not_reach_raise_no_return(tmp_path: Path) -> None:
    """Each of four days brought 10; stats of two say that each cost 5: 20 by 10, not 40 by 10."""
    ran = publish(
        tmp_path,
        ad_stats=STATS,
        sessions=[
            {"session_id": f"s{day}", "contact_id": f"c{day}", "started_at": f"2026-01-0{day}"}
            | {"landing_url": f"{LINK}google&utm_id=1"}
            for day in range(1, 5)
        ],
        orders=[
            {"order_id": f"o{day}", "contact_id": f"c{day}", "ordered_at": f"2026-01-0{day}T12:00Z"}
            | {"revenue": "10"}
            for day in range(1, 5)
        ],
    )
    published = SnapshotTables(ran.folder, None, "W", "UTC", "USD")  # type: ignore[arg-type]
    block = build_ads_tab(published, [ALL_DAYS]).blocks[0]
    for table in block.tables:
        titles = [column.title for column in table.columns]
        (row,) = table.rows
        for cells in (row.cells, *(finer.cells for finer in row.finer)):
            told = {title: cell.value for title, cell in zip(titles, cells, strict=True)}
            assert float(told["Revenue"]) == pytest.approx(40)
            assert float(told["Spend"]) == pytest.approx(10)
            assert float(told["Revenue per unit spent"]) == pytest.approx(2)
            assert float(told["Cost per session"]) == pytest.approx(5)
    spend = next(one for one in block.charts if one.title.startswith("Spend and revenue"))
    assert spend.lines[0].path.count("L") == 1
    week = list_periods(date(2026, 1, 4))[0]
    best = answer_of_reports(published, [], week)[0]
    said = " ".join(part.text for part in best.parts)
    assert "20.00 from 10.00 (the stats of google_ads end on 2026-01-02)" in said
