"""The ads group: stats of every level, sessions with their ads, and what is broken between them."""

from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.ads.ad_stats import PlacedStats, StatsRates
from contracts.facts.ads.ad_sums import BreakdownSums, LevelComparisons, NamedBreakdowns
from contracts.manifest import Check
from contracts.reports.ads import BreakdownReport, SpendSources
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.ads.level_reports import hold_rows, write_level_reports
from flows.steps.ads.stats_checks import reconcile_stats
from flows.steps.step_inputs import StepInputs
from flows.storage.report_files import finish_pieces, write_pieces, write_table
from flows.storage.table_checks import equal
from transforms.ads.daily_stats import find_stats_rates
from transforms.ads.speakers import adds_to
from transforms.reports.ad_breakdowns import name_breakdowns, report_breakdowns, sum_breakdowns
from transforms.reports.spend_sources import compare_levels, report_spend_sources


def write_stats_reports(inputs: StepInputs, facts: AdFacts, staging: Path) -> list[Check]:
    """Write what platforms report: by level, page and breakdown, and where it comes from."""
    catalog, currency = inputs.catalog, inputs.config.workspace.currency
    return [
        *write_level_reports(facts, currency, staging),
        *_write_spend_sources(facts, catalog, currency, staging),
        *_write_breakdowns(facts, catalog, currency, staging),
        *reconcile_stats(facts, catalog, currency),
    ]


def _write_spend_sources(
    facts: AdFacts, catalog: Catalog, currency: str, staging: Path
) -> list[Check]:
    """Write which feed speaks for what, and prove that all that was spent is used once."""
    placed = facts.placed()
    compared = materialize(compare_levels(placed), LevelComparisons)
    feeds = catalog.feeds.names
    rows = report_spend_sources(placed, facts.speakers, compared, feeds, currency).collect()
    return [
        *write_table(staging, "ads", "spend_sources", rows),
        equal(
            "ads: spend of the feeds that speak",
            sum_counted(facts),
            f"{rows[SpendSources.spend_used].sum() or 0:.4f}",
        ),
    ]


def _write_breakdowns(
    facts: AdFacts, catalog: Catalog, currency: str, staging: Path
) -> list[Check]:
    """Write what platforms say by keyword, place or device."""
    if not catalog.has_rows("ad_breakdowns"):
        nothing = pl.DataFrame(schema=polars_schema(BreakdownReport))
        return write_table(staging, "ads", "breakdown_report", nothing)
    given = catalog.scan("ad_breakdowns")
    named = materialize(name_breakdowns(given, facts.versions), NamedBreakdowns)
    accounts, exchange_rates = catalog.scan("ad_accounts"), rates_of(catalog)
    rates = materialize(find_stats_rates(named, accounts, exchange_rates, currency), StatsRates)
    sums = materialize(sum_breakdowns(named, rates, facts.placed()), BreakdownSums)
    report = hold_rows(report_breakdowns(sums, currency))
    return write_pieces(staging, "ads", "breakdown_report", finish_pieces([report]))


def sum_counted(facts: AdFacts) -> str:
    """The spend of all accounts."""
    spend = facts.placed().filter(adds_to(0)).select(pl.col(PlacedStats.spend).sum())
    return f"{spend.collect().item() or 0:.4f}"
