"""The page in a real browser: tabs, periods, sorting, the keyboard; no script of others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.pages import PATIENCE, draw
from tests.support.publishing import publish

ATTACKS = [
    f"{attack}{number}"
    for number in range(20)
    for attack in (
        "</script><script>document.title='hit'</script>",
        "<img src=x onerror=\"document.title='hit'\">",
        '"><svg/onload="document.title=\'hit\'">',
        "{{ constructor.constructor('document.title=1')() }}",
        "' onclick='document.title=1",
        "javascript:document.title=1",
        "<iframe src=https://evil.example/>",
        "</td></table><style>*{display:none}</style>",
        "<a href=https://evil.example>",
        "-->",
    )
]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred campaigns, newer ones cheaper, each named like an attack, over forty days."""
    stats = [
        {"platform": "google_ads", "campaign_id": str(n), "campaign_name": name, "clicks": n}
        | {"date_day": day, "spend": str(200 - n), "impressions": 1000}
        | {"ad_id": f"a{n}", "ad_name": name}
        for n, name in enumerate(ATTACKS)
        for day in ("2026-01-01", "2026-02-09")
    ]
    contacts = [{"contact_id": "c1"}]
    sends = [{"send_id": "s1", "contact_id": "c1", "campaign_id": "m", "status": "delivered"}]
    ran = publish(
        tmp_path_factory.mktemp("browser"), ad_stats=stats, contacts=contacts, sends=sends
    )
    return draw(ran)


@pytest.fixture
def page(browser: Browser, page_file: Path) -> Iterator[Page]:
    """The page, opened; fails where it says, asks or requests anything beyond itself."""
    troubles: list[str] = []
    tab = browser.new_page(locale="de-DE")
    tab.set_default_timeout(PATIENCE)
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("dialog", lambda dialog: troubles.append(dialog.message))
    tab.on("request", lambda request: troubles.append(request.url))
    tab.goto(page_file.as_uri())
    yield tab
    assert tab.title() == "Workspace: campaign reports"
    assert troubles == [page_file.as_uri()]
    tab.close()


def shown_panels(page: Page) -> list[str | None]:
    panels = page.query_selector_all("[role=tabpanel]")
    return [panel.get_attribute("id") for panel in panels if panel.is_visible()]


def test_a_tab_shows_its_panel_alone_by_mouse_and_by_keyboard(page: Page) -> None:
    names = [tab.get_attribute("data-tab") for tab in page.query_selector_all("[role=tab]")]
    assert names[0] == "campaigns"
    for name in names:
        page.click(f"[data-tab={name}]")
        assert shown_panels(page) == [f"panel-{name}"]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert shown_panels(page) == [f"panel-{names[1]}"]
    assert page.evaluate("document.activeElement.dataset.tab") == names[1]


def test_a_period_changes_the_figures(page: Page) -> None:
    """Each campaign n cost 200 - n on two days: 20,100 a day, of which the last week has one."""
    page.click("[data-tab=ads]")
    spend = "[data-period]:not([hidden]) .headlines [data-column=spend]"
    page.check("input[value=d7]")
    assert page.get_attribute(spend, "data-value") == "20100.0000"
    page.check("input[value=all]")
    assert page.get_attribute(spend, "data-value") == "40200.0000"
    assert page.inner_text(spend) == "40.200,00\N{NO-BREAK SPACE}\N{EURO SIGN}"


def test_a_table_is_sorted_filtered_and_opened(page: Page) -> None:
    page.click("[data-tab=ads]")
    page.check("input[value=all]")
    table = page.locator("[data-period=all] table").nth(1)
    first = table.locator("tbody").first
    clicks = table.locator("thead th", has_text="Clicks")
    clicks.locator("button").click()
    assert clicks.get_attribute("aria-sort") == "descending"
    falling = first.locator("[data-column=clicks]").first.get_attribute("data-value")
    clicks.locator("button").click()
    rising = first.locator("[data-column=clicks]").first.get_attribute("data-value")
    assert int(falling or 0) > int(rising or 0)
    box = page.locator("[data-period=all] input[type=search]").first
    box.fill("iframe src")
    visible = [row for row in table.locator("tbody").all() if row.is_visible()]
    assert visible
    assert all("<iframe src" in row.inner_text() for row in visible)
    row = visible[0]
    row.locator(".open").click()
    assert row.locator(".finer").first.is_visible()


def test_a_figure_gives_its_command_by_mouse_and_by_keyboard(page: Page) -> None:
    page.click("[data-tab=ads]")
    page.check("input[value=all]")
    headline = "[data-period=all] .headlines [data-column=spend]"
    page.click(headline)
    assert page.inner_text("#where-what") == "ads/campaign_performance · spend = 40200.0000"
    asked = "ads/campaign_performance --column spend --sum"
    assert page.inner_text("#where code") == f"campaign-reports explain Workspace {asked}"
    page.keyboard.press("Escape")
    assert not page.is_visible("#where")
    assert page.evaluate("document.activeElement.dataset.value") == "40200.0000"
    page.keyboard.press("Enter")
    assert page.is_visible("#where")
    assert page.evaluate("document.activeElement.textContent") == "Copy the command"
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#where [role=status]').textContent !== ''")
    page.click("#where .close")
    assert not page.is_visible("#where")


def test_figures_of_a_table_are_reached_by_arrow_keys(page: Page) -> None:
    """Tab stops at one figure of a table; the arrows go on from there, as in a grid."""
    page.click("[data-tab=ads]")
    page.check("input[value=all]")
    table = page.locator("[data-period=all] table").nth(1)
    stops = table.locator("td[tabindex='0']")
    assert stops.count() == 1
    stops.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    second = table.locator("tbody").nth(1).locator("[data-column=clicks]").first
    assert second.evaluate("cell => cell === document.activeElement")
    page.keyboard.press("Enter")
    value = second.get_attribute("data-value")
    assert page.inner_text("#where-what").endswith(f"clicks = {value}")


def test_paper_is_light_and_has_every_tab(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(27, 31, 36)"
    panels = page.query_selector_all("[role=tabpanel]")
    assert len(shown_panels(page)) == len(panels)
    assert not page.is_visible("[role=tablist]")


@pytest.mark.parametrize(("scheme", "tabs"), [("light", ("campaigns", "ads")), ("dark", ("run",))])
def test_nothing_hinders_a_reader(
    page: Page, scheme: Literal["light", "dark"], tabs: tuple[str, ...]
) -> None:
    """What axe-core calls serious or critical."""
    page.emulate_media(color_scheme=scheme)
    for tab in tabs:
        page.click(f"[data-tab={tab}]")
        found = Axe().run(page).response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ] == []
