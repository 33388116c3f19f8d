"""The page of a snapshot: figures are their tables', texts stay texts, and its size is bounded."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.page.report_page import draw_page, write_anew
from flows.page.report_periods import list_periods
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tabs.ads_tab import build_ads_tab
from flows.page.tabs.attribution_tab import build_attribution_tab
from flows.page.tabs.campaigns_tab import build_campaigns_tab
from flows.page.tabs.channel_tab import build_channel_tab
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import read_manifest
from tests.support.pages import Elements, draw, figures, is_same, read_figure
from tests.support.publishing import publish

MONEY = ("revenue", "spend")
ATTACKS = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 1917141 }}",
    "{% for x in ().__class__ %}",
    "<svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "<!--",
    "]]>",
    "=cmd()|' /C calc'!A0",
]


@dataclass(frozen=True)
class Published:
    """A published sample, and its page."""

    folder: Path
    manifest: Manifest
    html: str

    @classmethod
    def read(cls, root: Path) -> "Published":
        manifest = read_manifest(root)
        assert manifest is not None
        folder = Layout(root).snapshots / manifest.run_id
        return cls(folder, manifest, (folder / "report.html").read_text(encoding="utf-8"))

    def table(self, group: str, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / group / f"{name}.parquet")


@pytest.fixture(scope="module")
def journeys(published_sample: Callable[[str], Path]) -> Published:
    return Published.read(published_sample("journeys"))


@pytest.fixture(scope="module")
def html(journeys: Published) -> str:
    return journeys.html


@pytest.mark.parametrize("sample", ["journeys", "ads", "skene"])
def test_every_figure_is_its_tables(published_sample: Callable[[str], Path], sample: str) -> None:
    """Several organizations and platforms, names that repeat, rows that open into finer ones."""
    published = Published.read(published_sample(sample))
    found = list(figures(Elements(published.html).found))
    assert len(found) > 300
    cells = {(table, str(key), column): (key, value) for table, key, column, value in found}
    wrong = [
        (table, key, column, value)
        for (table, _, column), (key, value) in cells.items()
        if not is_same(read_figure(published.folder, table, key, column), value)
    ]
    assert wrong == []


def test_parts_that_are_kept_are_what_a_drawing_gives(journeys: Published) -> None:
    """Each part is kept under the hashes of its tables: the second page takes over all of them."""
    kept: dict[str, str] = {}
    written = []

    def keep(name: str, inputs: Sequence[object], write: Callable[[], str]) -> str:
        key = json.dumps([name, inputs])
        if key not in kept:
            written.append(name)
            kept[key] = write()
        return kept[key]

    tables = SnapshotTables(journeys.folder, journeys.manifest, "Shop", "Europe/Oslo", "EUR")
    anew = draw_page(tables, write_anew)
    assert [draw_page(tables, keep) for _ in range(2)] == [anew, anew]
    assert len(written) == len({*written}) > 5


def test_headlines_are_sums_over_several_rows(journeys: Published, html: str) -> None:
    spend = [
        (key, value)
        for table, key, column, value in figures(Elements(html).found)
        if (table, column) == ("ads/campaign_performance", "spend") and set(key) <= {"date_day"}
    ]
    days = journeys.table("ads", "campaign_performance").select("date_day", "spend").rows()
    last = max(day for day, _ in days)
    first = last - timedelta(days=6)
    week = {"date_day": {"from": str(first), "to": str(last)}}
    assert ({}, str(sum(amount for _, amount in days))) in spend
    assert (week, str(sum(amount for day, amount in days if first <= day))) in spend


def test_what_a_path_brings_is_over_its_orders(journeys: Published, html: str) -> None:
    """Some were placed by nobody known: over the contacts alone it would be too much."""
    paths = journeys.table("attribution", "paths").filter(path="(direct)").row(0, named=True)
    assert paths["contacts"] < paths["orders"]
    assert f">{paths['revenue'] / paths['orders']:,.2f}</td>" in html
    assert f">{paths['revenue'] / paths['contacts']:,.2f}</td>" not in html


def test_a_tab_for_every_group_that_has_tables(journeys: Published, html: str) -> None:
    tabs = [
        element.attributes["data-tab"]
        for element in Elements(html).found
        if element.attributes.get("role") == "tab"
    ]
    assert set(tabs) == {one.group for one in journeys.manifest.outputs} | {"run"}
    assert tabs[0] == "campaigns"


@pytest.mark.parametrize("tab", ["campaigns", "attribution", "email", "ads"])
def test_what_no_period_changes_says_that_it_is_of_all_days(journeys: Published, tab: str) -> None:
    """The paths of all orders stood below "Last 28 days", beside that period's revenue."""
    published = SnapshotTables(journeys.folder, journeys.manifest, "W", "UTC", "USD")
    periods = list_periods(date(2026, 1, 31))
    build = {
        "campaigns": lambda: build_campaigns_tab(published),
        "attribution": lambda: build_attribution_tab(published, periods),
        "email": lambda: build_channel_tab(published, "email", periods),
        "ads": lambda: build_ads_tab(published, periods),
    }
    lasting = [one for one in build[tab]().blocks if one.tables and not one.period]
    assert [one.title for one in lasting] == ["All days"]


def test_opens_and_clicks_of_a_provider_stand_beside_ours(html: str) -> None:
    shown = {
        column: value
        for table, _, column, value in figures(Elements(html).found)
        if table == "email/provider_report"
    }
    assert shown["unique_opens"] == "44"
    assert shown["counted_unique_opens"] == "33"
    assert shown["counted_unique_clicks"] == "18"


def test_the_questions_of_every_day_are_answered(journeys: Published, html: str) -> None:
    """The best campaign and the rejected rows, worked out anew in plain Python."""
    answers = {
        term.text: answer.text
        for term, answer in zip(
            *([one for one in Elements(html).found if one.tag == tag] for tag in ("dt", "dd")),
            strict=True,
        )
    }
    best = answers["Which campaign earned most per unit spent (last 7 days)?"]
    rows = journeys.table("ads", "campaign_performance").to_dicts()
    last = max(row["date_day"] for row in rows)
    week = [row for row in rows if (last - row["date_day"]).days < 7 and row["campaign_id"]]
    sums = {
        name: [sum(row[figure] for row in week if row["campaign_name"] == name) for figure in MONEY]
        for name in {row["campaign_name"] for row in week}
    }
    name, (revenue, spend) = max(sums.items(), key=lambda item: item[1][0] / item[1][1])
    assert best.startswith(f"{name}: {revenue / spend:.2f} per unit spent, {revenue:.2f} from")
    assert answers["Is yesterday complete?"].endswith(
        "What ads cost is known until 2026-01-31. Run"
    )
    inputs = journeys.manifest.inputs
    read, rejected = (sum(getattr(file, n) for file in inputs) for n in ("rows_read", "rejected"))
    assert answers["What was rejected?"].startswith(f"{rejected} of {read} rows")


def test_nothing_leaves_the_page_and_only_its_own_script_runs(html: str) -> None:
    elements = Elements(html).found
    assert not re.search(r"""(?:src|href|action)=["'](?!#)""", html)
    assert not re.search(r"\b(?:import|fetch|XMLHttpRequest|url)\(", html)
    assert not any(name.startswith("on") for one in elements for name in one.attributes)
    assert not any("style" in one.attributes for one in elements)
    [policy] = [
        one.attributes["content"] or ""
        for one in elements
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_nobody_is_named(journeys: Published, html: str) -> None:
    contacts = journeys.table("people", "contact_report")["contact_id"].to_list()
    elements = Elements(html).found
    cells = {one.text for one in elements if one.tag in {"td", "th", "span"}}
    assert not cells & set(contacts)
    assert "contact_id" not in {name for _, key, *_ in figures(elements) for name in key}
    assert "@" not in re.sub(r"@media", "", html)


def test_names_that_attack_stay_text(tmp_path: Path) -> None:
    """Ten attacks as names of campaigns, ads and links: two scripts would be one too many."""
    stats = [
        {"platform": "google_ads", "campaign_id": attack, "campaign_name": attack}
        | {"ad_id": attack, "ad_name": attack, "date_day": f"2026-01-{day:02}", "spend": "1.5"}
        for attack in ATTACKS
        for day in (1, 2)
    ]
    text = draw(publish(tmp_path, ad_stats=stats)).read_text(encoding="utf-8")
    elements = Elements(text).found
    assert [one.tag for one in elements].count("script") == 1
    assert not {"img", "iframe"} & {one.tag for one in elements}
    assert not any(name.startswith("on") for one in elements for name in one.attributes)
    names = {one.text.removeprefix("▸") for one in elements if one.tag == "th"}
    assert set(ATTACKS) <= names
    assert "13419987" not in text


def test_five_thousand_campaigns_fit(tmp_path: Path) -> None:
    stats = [
        {"platform": "google_ads", "campaign_id": str(n), "campaign_name": f"{n} {'n' * 120}"}
        | {"date_day": f"2026-01-{day:02}", "spend": "1.5", "clicks": 3, "impressions": 40}
        for n in range(5_000)
        for day in (1, 2)
    ]
    page = draw(publish(tmp_path, ad_stats=stats))
    assert page.stat().st_size <= 2_000_000
    assert "first 50 of 5,000 rows" in page.read_text(encoding="utf-8")


def test_long_names_make_fewer_rows(tmp_path: Path) -> None:
    long = "ß" * 20_000
    stats = [
        {"platform": "google_ads", "campaign_id": str(n), "campaign_name": long}
        | {"date_day": "2026-01-01", "spend": "1.5"}
        for n in range(60)
    ]
    page = draw(publish(tmp_path, ad_stats=stats))
    assert page.stat().st_size <= 2_000_000


def test_feeds_of_headers_alone_are_told_what_to_configure(tmp_path: Path) -> None:
    ran = publish(
        tmp_path,
        contacts=b"contact_id,email\n",
        sends=b"send_id,contact_id,status,message_id\n",
        ad_stats=b"date_day,platform,campaign_id,spend\n",
    )
    text = draw(ran).read_text(encoding="utf-8")
    assert "configure a parent model" in text
    assert 'data-tab="ads"' in text
    assert not list(figures(Elements(text).found))


def test_orders_alone_have_days(tmp_path: Path) -> None:
    """Two of three orders are of the last seven days; then, as everywhere, days are added up."""
    orders = [
        {"order_id": f"o{day}", "ordered_at": f"2026-01-{day}T10:00:00Z", "revenue": day}
        for day in (10, 19, 20)
    ]
    text = draw(publish(tmp_path, orders=orders)).read_text(encoding="utf-8")
    assert "Newest day of the reports: 2026-01-20" in text
    shown = {
        value
        for table, _, column, value in figures(Elements(text).found)
        if (table, column) == ("attribution/channel_attribution", "revenue")
    }
    assert {float(value) for value in shown} == {39, 49}


def test_an_address_in_a_link_is_not_shown(tmp_path: Path) -> None:
    event = {"event_type": "email_clicked", "occurred_at": "2026-01-01", "contact_id": "c1"}
    ran = publish(
        tmp_path,
        contacts=[{"contact_id": "c1", "email": "ann.lee@shop.example"}],
        messages=[{"message_id": "m1", "name": "For ann.lee@shop.example"}],
        events=[
            event | {"message_id": "m1", "url": f"https://x.io/?u={address}"}
            for address in ("ann.lee@shop.example", "ann.lee%40shop.example", "no@thing")
        ],
    )
    text = draw(ran).read_text(encoding="utf-8")
    assert "ann.lee" not in text
    assert "https://x.io/?u=(an address)" in text
    assert "https://x.io/?u=no@thing" in text


def test_a_telephone_number_in_a_link_is_not_shown(tmp_path: Path) -> None:
    event = {"event_type": "sms_clicked", "occurred_at": "2026-01-01", "contact_id": "c1"}
    masked = {
        "https://x.io/?u=+4791234567": "https://x.io/?u=(a number)",
        "https://x.io/?to=%2B47%20912%2034%20567#a": "https://x.io/?to=(a number)#a",
        "https://x.io/?mobile_number=91234567": "https://x.io/?mobile_number=(a number)",
        "tel:(555)123-4567": "tel:(a number)",
        "https://wa.me/4791234567": "https://wa.me/(a number)",
    }
    others = ["https://x.io/?c=spring+20260115#120210987654321", "https://x.io/?hotel=12345678"]
    ran = publish(
        tmp_path,
        contacts=[{"contact_id": "c1"}],
        messages=[{"message_id": "m1", "name": "Text"}],
        events=[event | {"message_id": "m1", "url": url} for url in (*masked, *others)],
    )
    text = draw(ran).read_text(encoding="utf-8")
    assert [url for url in masked if url in text] == []
    assert [url for url in (*masked.values(), *others) if url not in text] == []
