"""Generated ad workspaces: every figure of the performance tables against plain Python."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.support.ad_workspaces import Place, Row, World, make_world
from tests.support.publishing import publish
from tests.support.workspaces import Ran

LOOKBACK = timedelta(days=30)
METRICS = ("impressions", "clicks", "spend")
FIGURES = (*METRICS, "sessions", "session_contacts", "orders", "revenue")


def expect_performance(world: World) -> dict[Place, dict[str, Any]]:
    """The figures of ad_performance, by plain sums."""
    rows: dict[Place, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    campaigns: set[Place] = {_place(stat, None) for stat in world.ad_stats if "ad_id" not in stat}
    gives_campaigns = {(p.org_id, p.platform) for p in campaigns}
    for stat in world.ad_stats:
        ad_id = stat.get("ad_id")
        _add(rows[_place(stat, ad_id)], stat, 1)
        if ad_id and (stat["org_id"], stat["platform"]) in gives_campaigns:
            _add(rows[_place(stat, None)], stat, -1)
    contacts = defaultdict(set)
    for session in world.sessions:
        place = world.places[session["org_id"], session["session_id"]]
        if place:
            rows[place]["sessions"] += 1
            contacts[place].add(session["contact_id"])
    for place, found in contacts.items():
        rows[place]["session_contacts"] = len(found)
    for order, place in _last_touches(world):
        rows[place]["orders"] += 1
        rows[place]["revenue"] += Decimal(order["revenue"])
    reached = _days_of_stats(world)
    for place, cells in rows.items():
        first, last = reached.get((place.org_id, place.platform), (date.max, date.min))
        if not first <= place.date_day <= last:
            cells.update(dict.fromkeys(METRICS))
    return {place: cells for place, cells in rows.items() if any(cells.values())}


def _days_of_stats(world: World) -> dict[tuple[str, str], tuple[date, date]]:
    """Organization and platform -> the first and the last day of its stats."""
    days = defaultdict(list)
    for stat in world.ad_stats:
        days[stat["org_id"], stat["platform"]].append(date.fromisoformat(stat["date_day"]))
    return {key: (min(found), max(found)) for key, found in days.items()}


def _place(stat: Row, ad_id: str | None) -> Place:
    day = date.fromisoformat(stat["date_day"])
    return Place(
        stat["org_id"], day, stat["platform"], stat["account_id"], stat["campaign_id"], ad_id
    )


def _add(cells: Row, stat: Row, sign: int) -> None:
    for name in ("impressions", "clicks"):
        cells[name] += sign * stat[name]
    cells["spend"] += sign * Decimal(stat["spend"])


def _last_touches(world: World) -> Iterator[tuple[Row, Place]]:
    for order in world.orders:
        bought = datetime.fromisoformat(order["ordered_at"])
        before = [
            (started, place)
            for session in world.sessions
            if (place := world.places[session["org_id"], session["session_id"]])
            and (session["org_id"], session["contact_id"]) == (order["org_id"], order["contact_id"])
            and (started := datetime.fromisoformat(session["started_at"])) <= bought
            and bought - started <= LOOKBACK
        ]
        if before:
            yield order, max(before, key=lambda one: one[0])[1]


@pytest.fixture(scope="module", params=range(3))
def ran(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[World, Ran]:
    world = make_world(request.param)
    place = tmp_path_factory.mktemp("ads")
    toml = '[workspace]\ntimezone = "America/New_York"\n'
    tables = {name: getattr(world, name) for name in ("ads", "ad_stats", "sessions", "orders")}
    return world, publish(place, toml, **tables)


def test_every_figure_of_an_ad_is_that_of_plain_sums(ran: tuple[World, Ran]) -> None:
    world, published = ran
    table = published.table("ads", "ad_performance")
    got = {
        Place(*(row[name] for name in Place._fields)): {name: row[name] for name in FIGURES}
        for row in table.to_dicts()
        if any(row[name] for name in FIGURES)
    }
    assert got == expect_performance(world)
    assert table.height == len(set(table.select(Place._fields).rows()))


def test_a_campaign_is_the_sum_of_its_ads_and_its_rest(ran: tuple[World, Ran]) -> None:
    _, published = ran
    keys = list(Place._fields[:-1])
    # Distinct contacts do not add up; everything else does.
    sums = [name for name in FIGURES if name != "session_contacts"]
    by_ad = published.table("ads", "ad_performance").group_by(keys).agg(pl.col(sums).sum())
    by_campaign = published.table("ads", "campaign_performance")
    campaigns = by_campaign.select(*keys, pl.col(sums).fill_null(0))
    # Where a platform tells of a campaign's ads but not of the campaign, its rest takes them back.
    some = pl.any_horizontal(pl.col(sums) != 0)
    assert by_ad.filter(some).sort(keys).rows() == campaigns.filter(some).sort(keys).rows()


def test_the_levels_add_up_to_the_figures_that_the_platform_gave(ran: tuple[World, Ran]) -> None:
    world, published = ran
    sums = ["clicks", "impressions", "spend"]

    def total(name: str, platform: str) -> tuple[Any, ...]:
        table = published.table("ads", name).filter(platform=platform)
        return table.select(pl.col(sums).sum()).row(0)

    def given(platform: str, *, by_ad: bool) -> tuple[Any, ...]:
        rows = [
            stat
            for stat in world.ad_stats
            if stat["platform"] == platform and ("ad_id" in stat) == by_ad
        ]
        return (
            sum(stat["clicks"] for stat in rows),
            sum(stat["impressions"] for stat in rows),
            sum(Decimal(stat["spend"]) for stat in rows),
        )

    coarse, fine = ("account_report", "campaign_report"), ("ad_group_report", "ad_report")
    both = ("campaign_performance", "ad_performance")
    for name in (*coarse, *fine, *both, "url_report"):
        assert total(name, "google_ads") == given("google_ads", by_ad=True), name
    for name in (*coarse, *both):
        assert total(name, "facebook_ads") == given("facebook_ads", by_ad=False), name
    for name in (*fine, "url_report"):
        assert total(name, "facebook_ads") == given("facebook_ads", by_ad=True), name


def test_every_session_is_matched_once_as_its_link_says(ran: tuple[World, Ran]) -> None:
    world, published = ran
    table = published.table("ads", "session_matches")
    assert table.height == len(world.sessions)
    got = {(row["org_id"], row["session_id"]): row for row in table.to_dicts()}
    assert {key: (r["match_status"], r["match_method"]) for key, r in got.items()} == world.matches
    found = {key: (row["platform"], row["campaign_id"], row["ad_id"]) for key, row in got.items()}
    assert found == {
        key: (place.platform, place.campaign_id, place.ad_id) if place else (None, None, None)
        for key, place in world.places.items()
    }


def test_the_cost_of_ads_in_attribution_is_their_spend_counted_once(
    ran: tuple[World, Ran],
) -> None:
    _, published = ran
    spend = published.table("ads", "campaign_performance")["spend"].sum()
    for name in ("channel_attribution", "campaign_attribution"):
        table = published.table("attribution", name).filter(model="linear", channel="ads")
        assert table["cost"].sum() == spend


def test_orders_and_revenue_of_all_models_are_those_of_the_orders(ran: tuple[World, Ran]) -> None:
    world, published = ran
    revenue = sum(Decimal(order["revenue"]) for order in world.orders)
    for name in ("channel_attribution", "campaign_attribution"):
        sums = (
            published.table("attribution", name)
            .group_by("model")
            .agg(pl.col("credited_orders", "revenue").sum())
        )
        assert set(sums.drop("model").rows()) == {(len(world.orders), revenue)}
        assert sums.height == 5
