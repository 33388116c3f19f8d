"""What an alias would bring is what it brings once it is applied."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import Elements, draw
from tests.support.publishing import publish, rows
from tests.support.workspaces import Ran

STATS = [
    {
        "platform": "google_ads",
        "account_id": "1",
        "campaign_id": "7",
        "campaign_name": "Spring Sale",
    }
    | {"ad_id": "71", "ad_name": "Red boots", "date_day": "2026-01-01", "spend": "5", "clicks": 3}
]
UTM = {"utm_source": "google", "utm_medium": "cpc"}
VISITS = [
    {"utm_campaign": "Sprng Sale"},
    {"utm_campaign": "sprng-sale"},
    {"utm_campaign": "Sprng Sale"},
    {"utm_campaign": "Spring Sale", "utm_content": "Red bots"},
    {"utm_campaign": "Spring Sale"},
    {"utm_campaign": "Sprng Sale", "utm_source": "facebook"},
]
SESSIONS = [
    {"session_id": f"s{n}", "contact_id": f"c{n}", "started_at": f"2026-01-01T1{n}:00:00Z"}
    | UTM
    | visit
    for n, visit in enumerate(VISITS)
]
ORDERS = [
    {"order_id": f"o{n}", "contact_id": f"c{n}", "ordered_at": "2026-01-02T00:00:00Z"}
    | {"revenue": f"{10**n}"}
    for n in range(len(VISITS))
]
ALIASES = {
    "Sprng Sale": (2 + 1, Decimal(111)),
    "Red bots": (1, Decimal(1000)),
}
"""What each alias brings: sessions of Google alone, in whatever spelling, and their orders."""


def run(place: Path, toml: str = "") -> Ran:
    contacts = [{"contact_id": f"c{n}"} for n in range(len(VISITS))]
    tables = {"ad_stats": STATS, "sessions": SESSIONS, "orders": ORDERS, "contacts": contacts}
    return publish(place, toml, **tables)


def list_suggestions(ran: Ran) -> dict[str, list[str]]:
    """Alias, sessions and revenue of each suggestion, as the page says them, by value."""
    found = {}
    cells = [one for one in Elements(draw(ran).read_text("utf-8")).found if one.tag in {"th", "td"}]
    for place, cell in enumerate(cells):
        if cell.attributes.get("class") == "c" and cell.tag == "td" and cell.text:
            value = cell.text.partition('"')[2].partition('"')[0]
            more = [one.attributes.get("data-value") or "" for one in cells[place + 1 : place + 3]]
            found[value] = [cell.text, *more]
    return found


def total(ran: Ran, table: str, **key: Any) -> tuple[int, Decimal]:
    """The sessions and revenue of a campaign or an ad."""
    found = rows(ran, "ads", table, **key)
    return sum(row["sessions"] for row in found), sum((row["revenue"] for row in found), Decimal(0))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("before"))


def test_each_suggestion_says_what_it_would_bring(before: Ran) -> None:
    said = {
        value: (int(sessions), Decimal(revenue))
        for value, (_, sessions, revenue) in list_suggestions(before).items()
        if value in ALIASES
    }
    assert said == ALIASES


@pytest.mark.parametrize(
    ("value", "table", "key"),
    [
        ("Sprng Sale", "campaign_performance", {"campaign_id": "7"}),
        ("Red bots", "ad_performance", {"ad_id": "71"}),
    ],
)
def test_an_applied_alias_brings_that(
    before: Ran, tmp_path: Path, value: str, table: str, key: dict[str, str]
) -> None:
    line, *_ = list_suggestions(before)[value]
    after = run(tmp_path, f"[ads.aliases]\n{line}\n")
    more = zip(total(after, table, **key), total(before, table, **key), strict=True)
    assert tuple(now - then for now, then in more) == ALIASES[value]
