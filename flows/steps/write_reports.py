"""The canonical tables to report tables: messages, ads, people, attribution."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.config.workspace import Workspace
from contracts.facts.order_facts import DayCosts, NamedCampaigns
from contracts.manifest import Check, Warned
from flows.ingest.catalog import Catalog
from flows.progress import Progress
from flows.runtime.materialize import materialize
from flows.steps.activities import Activities, PeopleInputs, write_activities
from flows.steps.ad_reports import AdFacts, build_ad_facts, write_ads_reports
from flows.steps.attribution_reports import (
    CreditedOrders,
    build_credited_orders,
    write_attribution,
)
from flows.steps.message_reports import (
    MessageFacts,
    MessageInputs,
    build_message_facts,
    write_channel_reports,
    write_overviews,
)
from flows.steps.people_reports import PeopleReports, write_people_reports
from flows.steps.segments import compare_segments
from flows.steps.sessions import find_sessions
from flows.steps.warnings import find_doubts
from transforms.ads.entities import list_spending
from transforms.attribution.costs import list_costs, name_message_campaigns
from transforms.people.activities import name_campaigns

ADS = ("ads", "ad_stats")


@dataclass(frozen=True)
class Run:
    """One run's inputs and places.

    Attributes:
        catalog: What was read.
        config: The workspace's configuration.
        scratch: A folder for facts; removed before publishing.
        staging: The snapshot being written.
        progress: Told how far each stage is.
    """

    catalog: Catalog
    config: Workspace
    scratch: Path
    staging: Path
    progress: Progress


def write_report_tables(run: Run) -> tuple[list[Check], list[Warned]]:
    """Write every report table that the feeds can give.

    Returns:
        What was checked, and what a person should look at.
    """
    messages = build_message_facts(
        MessageInputs(run.catalog, run.config, run.scratch, _stage(run, "building send facts"))
    )
    ads = _build_ads(run)
    activities = _write_activities(run, messages, ads)
    credited = _credit(run, activities)
    by_message = credited.by_message if credited else None
    checks = write_channel_reports(run.catalog, messages, by_message, run.staging)
    checks += write_overviews(run.catalog, messages, by_message, run.staging)
    checks += _write_people(run, messages, activities)
    if run.catalog.given.is_configured(*ADS):
        by_session = credited.by_session if credited else None
        checks += write_ads_reports(run.catalog, run.config, ads, by_session, run.staging)
    if credited:
        checks += _write_attribution(run, messages, ads, activities, credited)
    doubts = [
        *find_doubts(run.catalog, messages),
        *compare_segments(run.catalog),
    ]
    return checks, doubts


def _stage(run: Run, name: str) -> Callable[[int, int], None]:
    return lambda done, total: run.progress(name, done, total)


def _build_ads(run: Run) -> AdFacts:
    run.progress("matching sessions", 0, 1)
    sessions = find_sessions(run.catalog, run.config, run.scratch / "web")
    facts = build_ad_facts(run.catalog, run.config, sessions, run.scratch / "ads")
    run.progress("matching sessions", 1, 1)
    return facts


def _write_activities(run: Run, messages: MessageFacts, ads: AdFacts) -> Activities:
    run.progress("describing activities", 0, 1)
    inputs = PeopleInputs(
        run.catalog,
        run.config,
        RunChannels(),
        messages.messages,
        messages.emails,
        ads.matched.facts(),
        ads.names.lazy(),
    )
    activities = write_activities(inputs, run.scratch / "activities")
    run.progress("describing activities", 1, 1)
    return activities


def _credit(run: Run, activities: Activities) -> CreditedOrders | None:
    if not run.catalog.given.is_configured("orders"):
        return None
    run.progress("crediting orders", 0, 1)
    credited = build_credited_orders(activities, run.config)
    run.progress("crediting orders", 1, 1)
    return credited


def _write_people(run: Run, messages: MessageFacts, activities: Activities) -> list[Check]:
    return write_people_reports(
        PeopleReports(
            run.catalog,
            run.config,
            activities,
            messages.facts.contacts(),
            run.staging,
            _stage(run, "writing journeys"),
        )
    )


def _write_attribution(
    run: Run,
    messages: MessageFacts,
    ads: AdFacts,
    activities: Activities,
    credited: CreditedOrders,
) -> list[Check]:
    rows = pl.concat(messages.rows.values()).lazy()
    spending = ads.stats.among(list_spending(ads.stats.entities)).rows()
    costs = list_costs(messages.days.lazy(), rows, spending, RunChannels().codes)
    campaigns = pl.concat([name_message_campaigns(rows), name_campaigns(ads.names.lazy())])
    return write_attribution(
        credited,
        activities,
        run.config,
        materialize(costs, DayCosts),
        materialize(campaigns, NamedCampaigns),
        run.staging,
    )
