"""The canonical tables to report tables: messages, ads, people, attribution."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.config.workspace import Workspace
from contracts.manifest import Check, Warned
from flows.ingest.catalog import Catalog
from flows.progress import Progress
from flows.steps.activities import Activities, PeopleInputs, write_activities
from flows.steps.ad_reports import AdFacts, build_ad_facts, write_ads_reports
from flows.steps.attribution_reports import Credited, credit, write_attribution, write_journeys
from flows.steps.audiences import write_audiences
from flows.steps.message_reports import (
    MessageFacts,
    MessageInputs,
    build_message_facts,
    write_channel_reports,
    write_overviews,
)
from flows.steps.segments import compare_segments
from flows.steps.sessions import find_sessions
from flows.steps.warnings import find_doubts
from flows.storage.report_files import write_table
from transforms.attribution.orders import count_orders
from transforms.people.activities import list_costs, name_campaigns
from transforms.reports.people import report_contacts

ADS = ("ads", "ad_stats")
WEB = ("sessions", "page_views")


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
        messages.messages,
        messages.emails,
        ads.matched.facts(),
        ads.names.lazy(),
    )
    activities = write_activities(inputs, run.scratch / "activities")
    run.progress("describing activities", 1, 1)
    return activities


def _credit(run: Run, activities: Activities) -> Credited | None:
    if not run.catalog.given.is_configured("orders"):
        return None
    run.progress("crediting orders", 0, 1)
    credited = credit(activities, run.config)
    run.progress("crediting orders", 1, 1)
    return credited


def _write_people(run: Run, messages: MessageFacts, activities: Activities) -> list[Check]:
    """Journeys, contacts and identity links; they exist where contacts do."""
    checks: list[Check] = []
    if not run.catalog.given.is_configured("contacts"):
        return checks
    checks += write_journeys(activities, run.config, run.staging, _stage(run, "writing journeys"))
    has_web = run.catalog.given.is_configured(*WEB)
    has_orders = run.catalog.given.is_configured("orders")
    contacts = report_contacts(
        run.catalog.scan("contacts"),
        messages.facts.contacts(),
        activities.scan("visits") if has_web else None,
        count_orders(activities.scan("orders"), ["org_id", "contact_id"]) if has_orders else None,
    )
    checks += write_table(run.staging, "people", "contact_report", contacts.collect())
    checks += write_audiences(run.catalog, run.config, activities, run.staging)
    if activities.links.height:
        checks += write_table(run.staging, "people", "identity_links", activities.links)
    return checks


def _write_attribution(
    run: Run, messages: MessageFacts, ads: AdFacts, activities: Activities, credited: Credited
) -> list[Check]:
    rows = pl.concat(messages.rows.values()).lazy()
    costs = list_costs(messages.days.lazy(), rows, ads.stats)
    of_messages = rows.filter(pl.col("campaign_id").is_not_null()).select(
        "org_id", pl.lit(None, pl.String).alias("platform"), "campaign_id", "campaign_name"
    )
    names = pl.concat(
        [
            of_messages.group_by("org_id", "platform", "campaign_id").agg(
                pl.col("campaign_name").max()
            ),
            name_campaigns(ads.names.lazy()),
        ]
    )
    return write_attribution(credited, activities, run.config, costs, names, run.staging)
