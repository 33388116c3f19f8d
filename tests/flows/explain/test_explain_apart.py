"""`explain` where a figure's rows are no rows of its own: page views, conversions given apart."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.columns import key
from flows.report_tables import find_table
from tests.flows.explain.conftest import list_figures
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_json_lines, feed, write_workspace

ACCOUNT = {"platform": "google_ads", "account_id": "g"}
AD = {**ACCOUNT, "campaign_id": "c1", "ad_group_id": "k", "ad_id": "x"}
DAY = "2026-03-01"
LINK = "https://x.io/?utm_source=google&utm_medium=cpc&utm_campaign=Spring&utm_content=x"
TABLES: dict[str, list[dict[str, Any]]] = {
    "contacts": [{"contact_id": one} for one in ("ann", "bob", "cy")],
    "ads": [{**AD, "campaign_name": "Spring", "ad_name": "Blue"}],
    "ad_stats": [
        {
            **AD,
            "date_day": DAY,
            "clicks": 3,
            "impressions": 40,
            "spend": "1.5",
            "landing_url": LINK,
        },
        {**AD, "date_day": DAY, "clicks": 4, "spend": "2.25", "landing_url": ""},
        {**AD, "date_day": "2026-03-02", "clicks": 1, "spend": "9", "landing_url": ""},
    ],
    "ad_conversions": [
        {**AD, "date_day": DAY, "conversion_name": name, "conversions": many}
        for name, many in (("buy", "1.5"), ("lead", "2"))
    ],
    "ad_breakdowns": [
        {**AD, "date_day": DAY, "kind": "device", "value": device, "clicks": 2, "spend": spend}
        for device, spend in (("mobile", "1"), ("mobile", "0.5"), ("desktop", "2"))
    ],
    "page_views": [
        {"page_view_id": name, "viewed_at": f"{DAY}T{at}:00Z", "anonymous_id": who, "url": url}
        | {"contact_id": contact}
        for name, at, who, url, contact in (
            ("v1", "10:00", "d1", LINK, "ann"),
            ("v2", "10:05", "d1", "https://x.io/shoes", "ann"),
            ("v3", "11:00", "d1", LINK, "ann"),
            ("v4", "10:02", "d2", "https://x.io/", "bob"),
        )
    ],
    "orders": [
        {"order_id": one, "contact_id": who, "ordered_at": f"{at}T09:00:00Z", "revenue": "10"}
        | {"status": status}
        for one, who, at, status in (
            ("o1", "ann", "2026-03-02", "paid"),
            ("o2", "bob", "2026-03-02", "paid"),
            ("o3", "ann", "2026-03-02", "cancelled"),
        )
    ],
}
TOTALS = [{**ACCOUNT, "date_day": DAY, "clicks": 8, "impressions": 120, "spend": "5"}]
TOML = (
    '[attribution]\nmodels = ["last_touch"]\n'
    + feed("ad_stats", "raw/totals.jsonl", name='"totals"')
    + "".join(feed(table, f"raw/{table}/*.jsonl") for table in TABLES)
)
Said = dict[str, Any]
Explain = Callable[..., Said]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ad with stats, a total of its account, conversions apart, devices, page views, orders."""
    files = {f"raw/{name}/1.jsonl": as_json_lines(rows) for name, rows in TABLES.items()}
    files["raw/totals.jsonl"] = as_json_lines(TOTALS)
    files["raw/page_views/2.jsonl"] = files["raw/page_views/1.jsonl"]
    root = write_workspace(tmp_path_factory.mktemp("explain") / "ws", TOML, files)
    publish_tables(root)
    return root


def read_rows(root: Path, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The raw rows, by a reader that knows lines and JSON alone."""
    return [
        json.loads((root / one["file"]).read_text().splitlines()[one["row_number"] - 1])
        for one in said
    ]


def test_a_session_of_page_views_counts_by_its_first(workspace: Path, explain: Explain) -> None:
    said = explain("ads/ad_performance", "sessions", "ad_id=x", f"date_day={DAY}")
    views = [row["page_view_id"] for row in read_rows(workspace, said["rows"])]
    assert said["value"] == 2
    assert dict(zip(views, (one["counts"] for one in said["rows"]), strict=True)) == {
        "v1": "1",
        "v2": "0",
        "v3": "1",
    }
    contacts = explain("ads/ad_performance", "session_contacts", "ad_id=x", f"date_day={DAY}")
    assert [one["counts"] for one in contacts["rows"]] == ["1", "0"]


def test_a_touch_of_page_views_counts_by_its_first(explain: Explain) -> None:
    said = explain("attribution/order_touches", "touches", "order_id=o1", "touch_position=2")
    assert [one["counts"] for one in said["rows"]] == ["1", "0", "1"]
    assert {one["table"] for one in said["rows"]} == {"page_views"}


def test_conversions_given_apart_add_up(workspace: Path, explain: Explain) -> None:
    said = explain("ads/ad_performance", "reported_conversions", "ad_id=x", f"date_day={DAY}")
    own = [one for one in said["rows"] if one["table"] == "ad_conversions"]
    amounts = [Decimal(row["conversions"]) for row in read_rows(workspace, own)]
    assert sum(amounts) == Decimal(str(said["value"])) == Decimal("3.5")


def test_a_landing_page_has_the_stats_of_its_ads(workspace: Path, explain: Explain) -> None:
    keys = (f"date_day={DAY}", "utm_campaign=Spring")
    said = explain("ads/url_report", "spend", *keys)
    assert [row["spend"] for row in read_rows(workspace, said["rows"])] == ["1.5"]


def test_a_share_of_spend_has_both_sums(explain: Explain) -> None:
    said = explain("ads/breakdown_report", "spend_share", "value=mobile")
    assert [(one["name"], one["value"], one["rows_total"]) for one in said["operands"]] == [
        ("spend", 1.5, 2),
        ("entity_spend", 3.75, 2),
    ]
    assert said["value"] == pytest.approx(0.4)


def test_what_a_total_says_beyond_its_ads(explain: Explain) -> None:
    said = explain("ads/spend_sources", "difference", "feed=totals")
    assert said["value"] == 1.25
    assert [one["value"] for one in said["operands"]] == [5, 3.75]


def test_copies_of_a_file_are_duplicates(explain: Explain) -> None:
    said = explain("run/feeds", "accepted", "feed=page_views")
    assert (said["value"], said["rows_total"], len(said["excluded"])) == (4, 4, 4)
    assert {one["because"].split(":")[0] for one in said["excluded"]} == {"duplicate"}


def test_a_path_leaves_a_cancelled_order_out(workspace: Path, explain: Explain) -> None:
    said = explain("attribution/paths", "orders", "path=ads")
    assert [row["order_id"] for row in read_rows(workspace, said["rows"])] == ["o1"]
    open_paths = explain("attribution/paths", "contacts_without_order", "path=(direct)")
    assert [row["contact_id"] for row in read_rows(workspace, open_paths["rows"])] == ["cy"]


def test_every_figure_of_ads_attribution_and_run_adds_up(
    workspace: Path, require_sums: Callable[[list[Said]], None]
) -> None:
    groups = ("ads", "attribution", "run")
    cells = [cell for group in groups for cell in list_cells(workspace, group)]
    assert len(cells) > 150
    require_sums(cells)


def list_cells(workspace: Path, group: str) -> list[dict[str, Any]]:
    """Every figure of the first rows of a group's tables."""
    found = []
    for file in sorted((workspace / "reports/latest" / group).glob("*.parquet")):
        table = pl.read_parquet(file).head(2)
        names = key(find_table(group, file.stem).contract)
        for row in table.iter_rows(named=True):
            own = {name: "" if row[name] is None else str(row[name]) for name in names}
            found += [
                {"table": f"{group}/{file.stem}", "key": own, "column": name}
                for name in list_figures(table.schema)
            ]
    return found
