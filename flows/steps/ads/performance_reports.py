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
from contracts.reports.ads import AdPerformance, CampaignPerformance, Performed
from flows.config.memory import STATS_ROWS, count_at_once
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.ads.ad_reports import sum_counted
from flows.steps.ads.level_reports import hold_rows
from flows.steps.matching.session_reports import write_utm_audit
from flows.storage.report_files import finish_pieces, write_pieces
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
from transforms.reports.ad_performance import make_performance, share_names, sum_by_ad, sum_by_group

ORG = PerformanceSums.org_number
P = CampaignPerformance


@dataclass(frozen=True)
class PerformanceKind:
    """Which performance table.

    Attributes:
        level: How fine it is: `CAMPAIGN` or `AD`.
        rows: What its rows are called in checks.
    """

    level: int
    table: str
    rows: str
    contract: type[Performed]


CAMPAIGNS = PerformanceKind(CAMPAIGN, "campaign_performance", "campaigns", CampaignPerformance)
ADS = PerformanceKind(AD, "ad_performance", "ads", AdPerformance)


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
    campaigns, ads = (
        PerformanceTable(config, facts, sessions, names, kind, number_groups(facts, sessions, kind))
        for kind in (CAMPAIGNS, ADS)
    )
    written = [*campaigns.write(staging), *ads.write(staging)]
    came = facts.matched.links.filter(pl.col(AuditedLinks.platform).is_not_null())
    visited = came.select(pl.col(AuditedLinks.session_count).sum()).collect().item()
    spent = sum_counted(facts)
    checks = [*written, *campaigns.check(visited, spent), *ads.check(visited, spent)]
    by_group = pl.concat([no_rows(GroupSpend), *ads.totals.by_group])
    return checks, materialize(sum_by_ad(by_group, ads.groups), AdSpend)


def number_groups(
    facts: AdFacts, sessions: SessionFigures, kind: PerformanceKind
) -> Rows[PerformanceGroups]:
    """Number what a performance table may have rows of."""
    groups = list_groups(facts.entities, sessions.counts, kind.level)
    return materialize(groups, PerformanceGroups)


@dataclass
class PerformanceTotals:
    """What a performance table comes to, added up while its pieces are made.

    Attributes:
        by_group: What was spent on each ad, piece by piece; nothing of a table of campaigns.
    """

    sessions: int = 0
    spend: Decimal = Decimal(0)
    by_group: list[Rows[GroupSpend]] = field(default_factory=list)


@dataclass(frozen=True)
class PerformanceTable:
    """A performance table, written piece by piece.

    Attributes:
        sessions: The sessions of ad platforms.
        groups: What it may have rows of.
        totals: Of the pieces made so far.
    """

    config: Workspace
    facts: AdFacts
    sessions: SessionFigures
    names: Rows[SharedNames]
    kind: PerformanceKind
    groups: Rows[PerformanceGroups]
    totals: PerformanceTotals = field(default_factory=PerformanceTotals)

    def write(self, staging: Path) -> list[Check]:
        """Write the table."""
        sums = self._add_up()
        never = materialize(find_metrics_never_given(sums, self.groups), UngivenMetrics)
        pieces = cut_pieces(sums, self.facts.days.each, count_at_once(self.config.run, STATS_ROWS))
        reports = (self._make_piece(sums.filter(within), never) for within in pieces)
        return write_pieces(staging, "ads", self.kind.table, finish_pieces(reports))

    def check(self, visited: int, spent: str) -> list[Check]:
        """The written table comes to every session of a platform and to the accounts' spend."""
        rows, totals = self.kind.rows, self.totals
        return [
            equal(f"ads: sessions of {rows}", visited, totals.sessions),
            equal(f"ads: spend of {rows}", spent, f"{totals.spend:.4f}"),
        ]

    def _add_up(self) -> Rows[PerformanceSums]:
        """The sums of every range of days, in files."""
        facts, level = self.facts, self.kind.level
        places = materialize(place_entities(facts.entities, self.groups, level), EntityPlaces)
        parts = materialize(list_parts(facts.entities, places, level), PerformanceParts)
        given = (facts.stats, self.sessions, Grouping(level, self.groups, parts))
        return facts.days.make(self.kind.table, PerformanceSums, add_up_days, given)

    def _make_piece(self, sums: pl.LazyFrame, never: pl.LazyFrame) -> ReportRows:
        """The rows of some sums, counted in the totals."""
        rows = fill_performance(sums, never, has_orders=self.sessions.has_orders)
        filled, groups = materialize(rows, PerformanceSums), self.groups.collect()
        currency, contract = self.config.workspace.currency, self.kind.contract
        report = hold_rows(make_performance(filled, groups, self.names, currency, contract))
        sessions, spend = report.rows.select(pl.sum(P.sessions, P.spend)).collect().row(0)
        self.totals.sessions += sessions
        self.totals.spend += spend
        if self.kind is ADS:
            self.totals.by_group.append(materialize(sum_by_group(report), GroupSpend))
        return report


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
