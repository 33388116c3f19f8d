"""What ads cost beside the sessions that they brought, made some days at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from contracts.columns import Rows, key, no_rows
from contracts.config.workspace import Workspace
from contracts.facts.ads.ad_names import SharedNames
from contracts.facts.ads.ad_sums import (
    AdContactSessions,
    AdSpend,
    EntityPlaces,
    GroupSpend,
    LinkPlaces,
    PerformanceGroups,
    PerformanceParts,
    PerformanceSums,
    SessionCounts,
    SessionPlaces,
    UngivenMetrics,
)
from contracts.facts.matching.session_facts import SessionBase
from contracts.facts.matching.session_matching import AuditedLinks
from contracts.manifest import Check
from contracts.reports.ads import CampaignPerformance
from flows.config.memory import stats_rows_at_once
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.ads.ad_reports import sum_counted
from flows.steps.ads.level_reports import hold_rows
from flows.steps.matching.session_reports import write_utm_audit
from flows.storage.report_files import write_reports
from flows.storage.table_checks import equal
from transforms.ads.name_lookup import AdVersions
from transforms.ads.performance_sums import (
    Grouping,
    fill_performance,
    find_metrics_never_given,
    list_groups,
    list_parts,
    place_entities,
    sum_performance,
)
from transforms.ads.rests import AD, CAMPAIGN
from transforms.ads.session_counts import (
    SessionFigures,
    count_contact_sessions,
    count_sessions,
    find_parents,
    list_session_orders,
    list_session_places,
    place_links,
)
from transforms.common.joins import HELD, STREAMED
from transforms.common.report_rows import ReportRows
from transforms.reports.ad_performance import (
    make_ad_performance,
    make_campaign_performance,
    share_names,
    sum_by_ad,
    sum_by_group,
)

TABLES = {CAMPAIGN: "campaign_performance", AD: "ad_performance"}
ORG = PerformanceSums.org_number


@dataclass
class PerformanceTable:
    """A performance table as it is written, piece by piece, and what it comes to.

    Attributes:
        facts: What it is made from.
        sessions: The sessions of ad platforms.
        level: How fine it is: `CAMPAIGN` or `AD`.
        groups: What it may have rows of.
        sessions_in_all: The sessions of the pieces made so far.
        spent: Of those pieces, of ads.
    """

    facts: AdFacts
    sessions: SessionFigures
    names: Rows[SharedNames]
    level: int
    config: Workspace
    groups: Rows[PerformanceGroups] = field(init=False)
    sessions_in_all: int = 0
    spend_in_all: Decimal = Decimal(0)
    spent: list[Rows[GroupSpend]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Number what the table may have rows of."""
        entities = self.facts.entities
        listed = list_groups(entities, self.sessions.counts, self.level)
        self.groups = materialize(listed, PerformanceGroups)

    def write(self, staging: Path) -> list[Check]:
        """Write the table."""
        return write_reports(staging, "ads", TABLES[self.level], self._make())

    def _make(self) -> Iterator[ReportRows]:
        sums, days = self._add_up(), self.facts.days.each
        never = materialize(find_metrics_never_given(sums), UngivenMetrics)
        for within in cut_pieces(sums, days, stats_rows_at_once(self.config.run)):
            yield self._make_piece(sums.filter(within), never)

    def _make_piece(self, sums: pl.LazyFrame, never: pl.LazyFrame) -> ReportRows:
        rows = fill_performance(sums, never, has_orders=self.sessions.has_orders)
        filled = materialize(rows, PerformanceSums)
        make = make_ad_performance if self.level == AD else make_campaign_performance
        currency = self.config.workspace.currency
        report = hold_rows(make(filled, self.groups.collect(), self.names, currency))
        self._total(report)
        return report

    def _add_up(self) -> Rows[PerformanceSums]:
        """The sums of every range of days, in files."""
        facts, level = self.facts, self.level
        places = materialize(place_entities(facts.entities, self.groups, level), EntityPlaces)
        parts = materialize(list_parts(facts.entities, places, level), PerformanceParts)
        given = (facts.stats, self.sessions, Grouping(level, self.groups, parts))
        return facts.days.make(TABLES[level], PerformanceSums, add_up_days, given)

    def _total(self, report: ReportRows) -> None:
        p = CampaignPerformance
        sessions, spend = report.rows.select(pl.sum(p.sessions, p.spend)).collect().row(0)
        self.sessions_in_all += sessions
        self.spend_in_all += spend
        if self.level == AD:
            self.spent.append(materialize(sum_by_group(report), GroupSpend))

    def check(self, visited: int, spent: str) -> list[Check]:
        """The table comes to every session of a platform and to the accounts' spend."""
        rows = "campaigns" if self.level == CAMPAIGN else "ads"
        return [
            equal(f"ads: sessions of {rows}", visited, self.sessions_in_all),
            equal(f"ads: spend of {rows}", spent, f"{self.spend_in_all:.4f}"),
        ]


def write_performance_reports(
    config: Workspace, facts: AdFacts, conversions: pl.DataFrame | None, staging: Path
) -> list[Check]:
    """Write what ads cost beside the sessions that they brought, and what is broken between them.

    Args:
        conversions: Orders and revenue by session (last touch); None without an orders feed.
    """
    checks, spend = write_performance_tables(config, facts, conversions, staging)
    return [*checks, *write_utm_audit(facts.matched, facts.names, spend, staging)]


def write_performance_tables(
    config: Workspace, facts: AdFacts, conversions: pl.DataFrame | None, staging: Path
) -> tuple[list[Check], pl.LazyFrame]:
    """Write the performance of campaigns and ads; what they are made of is held meanwhile alone.

    Args:
        conversions: Orders and revenue by session (last touch); None without an orders feed.

    Returns:
        What was checked, and `AdSpend`.
    """
    sessions = count_ad_sessions(facts, conversions)
    names = materialize(share_names(facts.names.lazy()), SharedNames)
    campaigns, ads = (PerformanceTable(facts, sessions, names, level, config) for level in TABLES)
    checks = campaigns.write(staging) + ads.write(staging)
    came = facts.matched.links.filter(pl.col(AuditedLinks.platform).is_not_null())
    visited = came.select(pl.col(AuditedLinks.session_count).sum()).collect().item()
    spent = sum_counted(facts)
    checks += campaigns.check(visited, spent) + ads.check(visited, spent)
    nothing = no_rows(GroupSpend)
    return checks, materialize(sum_by_ad(pl.concat([nothing, *ads.spent]), ads.groups), AdSpend)


def count_ad_sessions(facts: AdFacts, conversions: pl.DataFrame | None) -> SessionFigures:
    """Count the sessions of ad platforms by the day, where the spend of their ads stands.

    Args:
        conversions: Orders and revenue by session (last touch); None without an orders feed.
    """
    matched, days = facts.matched, facts.days
    places = materialize(list_session_places(matched.links), SessionPlaces)
    brought = None if conversions is None else find_brought(facts, conversions)
    links = materialize(place_links(matched.links, places), LinkPlaces)
    of_visits = (matched.visits, links, brought)
    visitors = days.make("visitors", AdContactSessions, count_visitors, of_visits)
    parented = materialize(find_parents(places, facts.entities), SessionPlaces)
    of_counts = (visitors, parented, facts.versions)
    counts = days.make("sessions", SessionCounts, count_visited, of_counts)
    return SessionFigures(counts, visitors, has_orders=conversions is not None)


def count_visitors(
    of: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame | None], within: pl.Expr
) -> Rows[AdContactSessions]:
    """Count the sessions of some days by contact."""
    visits, links, brought = of
    of_days = None if brought is None else brought.filter(within)
    return count_contact_sessions(visits.filter(within), links, of_days)


def count_visited(
    of: tuple[pl.LazyFrame, pl.LazyFrame, AdVersions], within: pl.Expr
) -> Rows[SessionCounts]:
    """Count the sessions of some days, beside their entities."""
    visitors, places, versions = of
    return count_sessions(visitors.filter(within), places, versions)


def add_up_days(
    of: tuple[pl.LazyFrame, SessionFigures, Grouping], within: pl.Expr
) -> Rows[PerformanceSums]:
    """Add up some days."""
    stats, sessions, grouping = of
    return sum_performance(stats.filter(within), sessions.filter(within), grouping)


def find_brought(facts: AdFacts, conversions: pl.DataFrame) -> pl.LazyFrame:
    """What sessions brought of which an order's last touch was one (`list_session_orders`)."""
    sessions = facts.matched.sessions.join(
        conversions.lazy(), on=key(SessionBase), how="inner", validate=STREAMED, build_side=HELD
    )
    return list_session_orders(sessions).collect(engine="streaming").lazy()


def cut_pieces(
    sums: Rows[PerformanceSums], days: Sequence[pl.Expr], most_rows: int
) -> Iterator[pl.Expr]:
    """Whether a row is of a piece of the table that can be held, in the order of its key.

    The table is in the order of organizations and then of days: small organizations lie in one
    piece, and of a large one each range of days does.

    Args:
        most_rows: How many rows a piece of several organizations has at most.
    """
    first, rows = 0, 0
    for org, count in sums.group_by(ORG).len().sort(ORG).collect().iter_rows():
        if rows and rows + count > most_rows:
            yield pl.col(ORG).is_between(first, org, closed="left")
            first, rows = org, 0
        rows += count
        if rows > most_rows:
            yield from ((pl.col(ORG) == org) & of for of in days)
            first, rows = org + 1, 0
    if rows:
        yield pl.col(ORG) >= first
