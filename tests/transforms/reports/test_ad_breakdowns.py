"""Ad entities by keyword, place and device: beside their stats, never added to them."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.facts.ads.ad_stats import StatsRates
from contracts.facts.ads.ad_sums import BreakdownSums, NamedBreakdowns
from contracts.feeds import AdBreakdowns, AdCampaigns, AdStats, ExchangeRates
from contracts.reports.ads import BreakdownReport
from flows.runtime.materialize import materialize
from tests.support.ad_facts import find_versions, make_stats
from tests.support.frames import frame
from transforms.ads.daily_stats import find_stats_rates
from transforms.ads.name_versions import AdTables
from transforms.common.shared_texts import write_out_texts
from transforms.reports.ad_breakdowns import name_breakdowns, report_breakdowns, sum_breakdowns

HERE = {"org_id": "o", "platform": "google_ads", "date_day": date(2026, 3, 2)}

SPRING = {"campaign_id": "1", "account_id": "A", "campaign_name": "Spring"}


def report(
    stats: list[dict[str, Any]], breakdowns: list[dict[str, Any]], tables: AdTables
) -> pl.DataFrame:
    """`BreakdownReport`, checked; a euro is 1.10 dollars."""
    given = frame(AdBreakdowns, [HERE | row for row in breakdowns])
    named = materialize(name_breakdowns(given, find_versions(tables)), NamedBreakdowns)
    euro = {"currency": "EUR", "rate": Decimal("1.1")}
    quoted = frame(ExchangeRates, [HERE | euro])
    rates = materialize(find_stats_rates(named, None, quoted, "USD"), StatsRates)
    made = make_stats(frame(AdStats, [HERE | row for row in stats]))
    sums = materialize(sum_breakdowns(named, rates, made.placed()), BreakdownSums)
    made = write_out_texts(report_breakdowns(sums, "USD").whole()).collect()
    BreakdownReport.validate(made)
    return made


def test_a_keyword_has_its_share_of_its_campaign_s_spend() -> None:
    """Two match types of shoes cost 10.00 + 5.00 of the campaign's 60.00; two devices likewise."""
    keyword = {"campaign_id": "1", "kind": "keyword", "clicks": 2, "impressions": 20}
    shoes = keyword | {"value": "shoes"}
    made = report(
        [{"campaign_id": "1", "spend": Decimal(60)}],
        [
            shoes | {"match_type": "EXACT", "spend": Decimal(10)},
            shoes | {"match_type": "BROAD", "spend": Decimal(5)},
            keyword | {"value": "boots", "match_type": "EXACT", "spend": Decimal(30)},
        ],
        AdTables(
            campaigns=frame(
                AdCampaigns,
                [HERE | {"campaign_id": "1", "account_id": "A", "campaign_name": "Spring"}],
            )
        ),
    )
    columns = ("account_id", "campaign_name", "value", "match_type", "clicks", "spend", "cpc")
    assert made.select(*columns, "spend_share").rows() == [
        ("A", "Spring", "boots", "EXACT", 2, Decimal(30), 15.0, 0.5),
        ("A", "Spring", "shoes", None, 4, Decimal(15), 3.75, 0.25),
    ]


def test_amounts_are_in_the_reporting_currency_or_unknown() -> None:
    row = {"ad_id": "11", "kind": "country", "spend": Decimal(10)}
    made = report(
        [],
        [
            row | {"value": "DE", "currency": "EUR"},
            row | {"value": "GB", "currency": "GBP"},
            row | {"value": "US"},
        ],
        AdTables(),
    )
    assert made.select("value", "spend", "spend_share", "clicks").rows() == [
        ("DE", Decimal(11), None, None),
        ("GB", None, None, None),
        ("US", Decimal(10), None, None),
    ]


def test_names_that_only_the_stats_bear_stand_beside_the_breakdown() -> None:
    """The breakdown is of a campaign; the name of one of its ads is not its own."""
    stat = {"account_id": "A", "account_name": "Shop", "campaign_id": "1"}
    made = report(
        [
            stat | {"campaign_name": "Spring", "spend": Decimal(60)},
            stat | {"ad_id": "11", "ad_name": "Red shoe", "spend": Decimal(60)},
        ],
        [{"campaign_id": "1", "kind": "device", "value": "mobile", "spend": Decimal(15)}],
        AdTables(),
    )
    names = ("account_name", "campaign_name", "ad_name", "spend_share")
    assert made.select(names).rows() == [("Shop", "Spring", None, 0.25)]
