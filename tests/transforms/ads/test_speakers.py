"""Who speaks for an ad entity (SPEC §6.2), with figures worked out by hand and by an oracle."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.facts.ads.ad_sums import (
    LevelComparisons,
)
from contracts.feeds import AdAccounts, AdGroups, AdStats
from contracts.vocabulary import AdLevel
from flows.runtime.materialize import materialize
from tests.oracles.ad_speakers import LEVELS, SpeakersRead, StatsRow
from tests.support.ad_facts import make_stats, sum_of_level
from tests.support.frames import frame
from transforms.ads.levels import PARENTS
from transforms.ads.name_versions import AdTables
from transforms.ads.rests import list_ad_figures, list_campaign_figures, sign
from transforms.common.shared_texts import write_out_texts
from transforms.reports.spend_sources import compare_levels, report_spend_sources

FIRST = date(2026, 3, 1)


def rows(*given: dict[str, Any]) -> pl.LazyFrame:
    """Canonical stats of one organization and platform, each with the place of its feed."""
    here = {"org_id": "o", "platform": "google_ads", "date_day": FIRST, "clicks": 1}
    stats = [here | {"feed": 0} | row for row in given]
    feeds = pl.Series("feed", [row["feed"] for row in stats], pl.UInt32)
    return frame(AdStats, stats).with_columns(feeds)


def on(day: int) -> dict[str, date]:
    return {"date_day": date(2026, 3, day)}


def campaign(identity: str, spend: str, account: str | None = "A", **more: Any) -> dict[str, Any]:
    return {"account_id": account, "campaign_id": identity, "spend": Decimal(spend)} | more


def ad(identity: str, spend: str, **more: Any) -> dict[str, Any]:
    return {"ad_id": identity, "spend": Decimal(spend)} | more


def spend_of(
    level: str, stats: pl.LazyFrame, tables: AdTables | None = None
) -> dict[tuple[Any, ...], Decimal]:
    """Account, entity and day of the month -> spend of a level."""
    made = make_stats(stats, tables or AdTables())
    sums = write_out_texts(sum_of_level(made, AdLevel(level))).collect()
    by = PARENTS[LEVELS.index(level)]
    found = sums.select("account_id", pl.col(by).alias("entity"), "date_day", "spend").rows()
    return {(account, entity, day.day): spend for account, entity, day, spend in found}


def signed(figures: pl.LazyFrame) -> pl.LazyFrame:
    """Figures that add up, those taken off with the opposite sign."""
    return figures.with_columns(sign("spend").alias("spend"))


def test_campaigns_without_ads_stand_beside_those_that_have_them() -> None:
    """107.00 spent: 100.00 of a campaign known as such, 7.00 of another's ad."""
    stats = rows(campaign("1", "100"), ad("21", "7", account_id="A", campaign_id="2", feed=1))
    assert spend_of("campaign", stats) == {("A", "1", 1): 100, ("A", "2", 1): 7}
    assert spend_of("account", stats) == {("A", "A", 1): 107}
    assert spend_of("ad", stats) == {("A", "21", 1): 7}


def test_a_day_without_a_row_of_its_speaker_is_a_day_without_figures() -> None:
    """The feed by campaign speaks from the 1st to the 3rd; the ads count from the 4th on."""
    ads = [ad("11", "5", account_id="A", campaign_id="1", feed=1) | on(day) for day in (1, 2, 3, 4)]
    stats = rows(campaign("1", "100") | on(1), campaign("1", "50") | on(3), *ads)
    assert spend_of("campaign", stats) == {
        ("A", "1", 1): 100,
        ("A", "1", 3): 50,
        ("A", "1", 4): 5,
    }


def test_of_two_feeds_the_one_configured_first_speaks() -> None:
    stats = rows(
        campaign("1", "12") | on(1),
        campaign("1", "12", feed=1) | on(1),
        campaign("1", "8", feed=1) | on(2),
        campaign("2", "3", feed=1) | on(1),
    )
    assert spend_of("campaign", stats) == {
        ("A", "1", 1): 12,
        ("A", "1", 2): 8,
        ("A", "2", 1): 3,
    }


def test_a_creative_of_an_unknown_campaign_doubles_nothing() -> None:
    """Campaigns come to 100; a creative of nobody knows which campaign spent 40 of that."""
    stats = rows(
        campaign("1", "100"),
        ad("11", "60", account_id="A", campaign_id="1", feed=1),
        ad("12", "40", feed=1),
    )
    assert spend_of("account", stats) == {("A", "A", 1): 100}
    assert spend_of("campaign", stats) == {("A", "1", 1): 100}
    assert spend_of("ad", stats) == {("A", "11", 1): 60, (None, "12", 1): 40}


def test_without_any_account_there_is_but_the_one() -> None:
    stats = rows(campaign("1", "100", account=None), ad("12", "40", feed=1))
    assert spend_of("campaign", stats) == {(None, "1", 1): 100, (None, None, 1): 40}


def test_accounts_that_only_the_tables_of_names_have_are_named() -> None:
    stats = rows(campaign("1", "100", account=None), ad("12", "40", feed=1))
    accounts = frame(AdAccounts, [{"org_id": "o", "platform": "google_ads", "account_id": "A"}])
    tables = AdTables(accounts=accounts)
    assert spend_of("campaign", stats, tables) == {(None, "1", 1): 100}


def test_an_ad_group_s_own_account_is_known() -> None:
    """TikTok's ad groups bear their advertiser, also where their campaign has no history."""
    group = {"org_id": "o", "platform": "google_ads", "ad_group_id": "g", "account_id": "T"}
    stats = rows({"ad_group_id": "g", "spend": Decimal(9)})
    tables = AdTables(groups=frame(AdGroups, [group]))
    assert spend_of("account", stats, tables) == {("T", "T", 1): 9}


def test_an_account_that_one_feed_knows_holds_for_the_others() -> None:
    stats = rows(
        campaign("1", "100", account=None), ad("11", "60", account_id="A", campaign_id="1", feed=1)
    )
    assert spend_of("account", stats) == {("A", "A", 1): 100}


def test_names_that_stand_for_ids_are_of_their_account() -> None:
    """Two accounts have a campaign called Sale, known by its name alone."""
    named = {"campaign_id": "Sale", "campaign_name": "Sale"}
    stats = rows(
        campaign("Sale", "10", account="A") | named,
        campaign("Sale", "20", account="B", feed=1) | named,
    )
    assert spend_of("campaign", stats) == {("A", "Sale", 1): 10, ("B", "Sale", 1): 20}


def performance(stats: pl.LazyFrame) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Ids -> spend of both performance tables; what comes to nothing is left out."""
    made = make_stats(stats)
    found = []
    for figures, ids in (
        (signed(list_campaign_figures(made.placed())), ("account_id", "campaign_id")),
        (signed(list_ad_figures(made.placed())), ("account_id", "campaign_id", "ad_id")),
    ):
        sums = write_out_texts(figures).group_by(*ids).agg(pl.col("spend").sum()).collect()
        found.append({row[:-1]: row[-1] for row in sums.rows() if row[-1]})
    return found[0], found[1]


def test_performance_comes_to_the_accounts_figures_at_both_levels() -> None:
    """The account says 120, its campaign 100, the campaign's ad 60, and an ad of none 5."""
    stats = rows(
        {"account_id": "A", "spend": Decimal(120)},
        campaign("1", "100", feed=1),
        ad("11", "60", account_id="A", campaign_id="1", feed=2),
        ad("12", "5", account_id="A", feed=2),
    )
    campaigns, ads = performance(stats)
    assert campaigns == {("A", "1"): 100, ("A", None): 20}
    assert ads == {
        ("A", "1", "11"): 60,
        ("A", "1", None): 40,
        ("A", None, "12"): 5,
        ("A", None, None): 15,
    }


def sources(stats: pl.LazyFrame) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Account, level and feed -> entities, spend, used, unplaced, below, difference."""
    made = make_stats(stats)
    compared = materialize(compare_levels(made.placed()), LevelComparisons)
    names = {0: "first", 1: "second", 2: "third"}
    table = report_spend_sources(made.placed(), made.speakers, compared, names, "USD").collect()
    return {
        row[:3]: row[3:]
        for row in table.select(
            "account_id",
            "level",
            "feed",
            "entities",
            "spend",
            "spend_used",
            "spend_unplaced",
            "spend_of_level_below",
            "difference",
        ).iter_rows()
    }


def test_spend_sources_say_what_became_of_each_feed() -> None:
    stats = rows(
        campaign("1", "100"),
        campaign("2", "7"),
        campaign("1", "90", feed=1),
        ad("11", "60", account_id="A", campaign_id="1", feed=2),
        ad("31", "3", account_id="A", campaign_id="3", feed=2),
        ad("99", "40", feed=2),
    )
    assert sources(stats) == {
        (None, "ad", "third"): (1, 40, 0, 40, None, None),
        ("A", "ad", "third"): (2, 63, 3, 0, None, None),
        ("A", "campaign", "first"): (2, 107, 107, 0, 60, 40),
        ("A", "campaign", "second"): (1, 90, 0, 0, None, None),
    }
    assert sum(used for _, _, used, *_ in sources(stats).values()) == 110


def draw_rows(seed: int) -> list[StatsRow]:
    """Mixed levels, orphans, overlaps and several feeds of one account."""
    draw = random.Random(seed)  # noqa: S311
    names_accounts = draw.random() < 0.8
    parents: dict[str, tuple[str | None, ...]] = {}
    for n in range(draw.randrange(1, 4)):
        account = f"A{draw.randrange(2)}" if names_accounts and draw.random() < 0.8 else None
        for g in range(draw.randrange(1, 3)):
            for a in range(draw.randrange(1, 3)):
                parents[f"ad{n}{g}{a}"] = (account, f"c{n}", f"g{n}{g}", f"ad{n}{g}{a}")
    parents["orphan"] = (None, None, None, "orphan")
    found = []
    for feed in range(draw.randrange(1, 4)):
        level = draw.randrange(4)
        first, last = sorted(draw.randrange(1, 7) for _ in range(2))
        for ids in parents.values():
            if ids[level] is None or draw.random() < 0.3:
                continue
            given = [
                identity if n == level or draw.random() < 0.7 else None
                for n, identity in enumerate(ids[: level + 1])
            ]
            for day in range(first, last + 1):
                if draw.random() < 0.7:
                    spend = Decimal(draw.randrange(1, 10_000)) / 100
                    padded = (*given, None, None, None)[:4]
                    found.append(StatsRow(feed, date(2026, 3, day), padded, spend))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_every_level_is_that_of_a_plain_reading(seed: int) -> None:
    drawn = draw_rows(seed)
    read = SpeakersRead(drawn)
    stats = rows(
        *(
            dict(zip(PARENTS, row.ids, strict=True))
            | {"feed": row.feed, "date_day": row.day, "spend": row.spend}
            for row in drawn
        )
    )
    made = make_stats(stats)
    for level, name in enumerate(LEVELS):
        sums = write_out_texts(sum_of_level(made, AdLevel(name))).collect()
        got: dict[Any, Decimal] = defaultdict(Decimal)
        for account, entity, day, spend in sums.select(
            "account_id", pl.col(PARENTS[level]).alias("entity"), "date_day", "spend"
        ).iter_rows():
            got[account, entity, day] += spend
        assert dict(got) == read.sums(level), name
    total = sum(read.sums(0).values())
    for figures in (list_campaign_figures(made.placed()), list_ad_figures(made.placed())):
        assert (signed(figures).select("spend").collect()["spend"].sum() or 0) == total


@pytest.mark.parametrize("seed", range(40, 50))
def test_ads_and_rests_come_to_their_campaign(seed: int) -> None:
    drawn = draw_rows(seed)
    stats = rows(
        *(
            dict(zip(PARENTS, row.ids, strict=True))
            | {"feed": row.feed, "date_day": row.day, "spend": row.spend}
            for row in drawn
        )
    )
    made = make_stats(stats)
    by = ["account_id", "campaign_id", "date_day"]
    of_campaigns, of_ads = (
        write_out_texts(signed(figures))
        .group_by(by)
        .agg(pl.col("spend").sum())
        .filter(pl.col("spend") != 0)
        .sort(by)
        .collect()
        for figures in (list_campaign_figures(made.placed()), list_ad_figures(made.placed()))
    )
    assert of_campaigns.rows() == of_ads.rows()
