"""The steps from canonical tables to published report tables, in their order."""

import polars as pl

from contracts.facts.order_facts import DayCosts, NamedCampaigns
from contracts.manifest import Check, Warned
from flows.runtime.materialize import materialize
from flows.runtime.prefect_steps import step
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.ads.ad_reports import write_ads_reports
from flows.steps.ads.ad_warnings import find_spend_warnings
from flows.steps.attempt import Run
from flows.steps.attribution_reports import (
    CreditedOrders,
    build_credited_orders,
    write_attribution,
)
from flows.steps.matching.session_reports import find_alias_warnings
from flows.steps.matching.sessions import find_sessions
from flows.steps.messaging.described_messages import MessageInputs
from flows.steps.messaging.message_reports import (
    MessageFacts,
    build_message_facts,
    write_channel_reports,
    write_overviews,
)
from flows.steps.messaging.message_warnings import find_message_warnings
from flows.steps.people.activities import Activities, PeopleInputs, write_activities
from flows.steps.people.people_reports import PeopleReports, write_people_reports
from flows.steps.people.segments import compare_segments
from flows.steps.standing_tables import write_standing_tables
from transforms.attribution.costs import list_costs, name_message_campaigns
from transforms.people.activities import name_campaigns

ADS = ("ads", "ad_stats")


def write_report_tables(run: Run) -> tuple[list[Check], list[Warned]]:
    """Write every report table that the feeds can give.

    Returns:
        What was checked, and what a person should look at.
    """
    sends = build_send_facts(run)
    ads = match_sessions_to_ads(run)
    activities = describe_activities(run, sends, ads)
    orders = credit_orders(run, activities)
    checks = [
        *report_messages(run, sends, orders),
        *report_people(run, sends, activities),
        *report_ads(run, ads, orders),
        *report_attribution(run, sends, ads, activities, orders),
    ]
    checks += keep_standing_tables(run, sends)
    return checks, find_warnings(run, sends, ads)


@step
def build_send_facts(run: Run) -> MessageFacts:
    """Sends and events to one row a send, with everything that happened to it."""
    progress = run.report_progress("building send facts")
    return build_message_facts(
        MessageInputs(run.catalog, run.config, run.scratch, progress, run.workers)
    )


@step
def match_sessions_to_ads(run: Run) -> AdFacts:
    """Sessions to the ads that brought them, beside what the platforms report of each day."""
    progress = run.report_progress("matching sessions")
    progress(0, 1)
    sessions = find_sessions(run.catalog, run.config, run.scratch / "web", run.workers)
    facts = build_ad_facts(run.catalog, run.config, sessions, run.scratch / "ads")
    progress(1, 1)
    return facts


@step
def describe_activities(run: Run, sends: MessageFacts, ads: AdFacts) -> Activities:
    """What every person did, cut into groups of people, with the devices that are theirs."""
    progress = run.report_progress("describing activities")
    progress(0, 1)
    inputs = PeopleInputs(
        run.catalog,
        run.config,
        sends.channels,
        sends.messages,
        sends.emails,
        ads.matched.facts(),
        ads.names.lazy(),
    )
    activities = write_activities(inputs, run.scratch / "activities")
    progress(1, 1)
    return activities


@step
def credit_orders(run: Run, activities: Activities) -> CreditedOrders | None:
    """Orders to the touches that led to them; None without an orders feed."""
    if not run.is_configured("orders"):
        return None
    progress = run.report_progress("crediting orders")
    progress(0, 1)
    credited = build_credited_orders(activities, run.config)
    progress(1, 1)
    return credited


@step
def report_messages(run: Run, sends: MessageFacts, orders: CreditedOrders | None) -> list[Check]:
    """Write the reports of every message channel, and those over all of them."""
    conversions = orders.by_message if orders else None
    inputs = MessageInputs(run.catalog, run.config, run.scratch)
    return [
        *write_channel_reports(inputs, sends, conversions, run.staging),
        *write_overviews(run.catalog, sends, conversions, run.staging),
    ]


@step
def report_people(run: Run, sends: MessageFacts, activities: Activities) -> list[Check]:
    """Write journeys, contacts, identity links and audiences; they exist where contacts do."""
    return write_people_reports(
        PeopleReports(
            run.catalog,
            run.config,
            activities,
            sends.facts.contacts(),
            run.staging,
            run.report_progress("writing journeys"),
        )
    )


@step
def report_ads(run: Run, ads: AdFacts, orders: CreditedOrders | None) -> list[Check]:
    """Write the ads group; it exists where ads or their stats are configured."""
    if not run.is_configured(*ADS):
        return []
    conversions = orders.by_session if orders else None
    return write_ads_reports(run.catalog, run.config, ads, conversions, run.staging)


@step
def report_attribution(
    run: Run,
    sends: MessageFacts,
    ads: AdFacts,
    activities: Activities,
    orders: CreditedOrders | None,
) -> list[Check]:
    """Write the attribution group; it exists where orders are configured."""
    if orders is None:
        return []
    messages = sends.all_rows()
    costs = list_costs(sends.days.lazy(), messages, ads.list_spend())
    campaigns = pl.concat([name_message_campaigns(messages), name_campaigns(ads.names.lazy())])
    return write_attribution(
        orders,
        activities,
        run.config,
        materialize(costs, DayCosts),
        materialize(campaigns, NamedCampaigns),
        run.staging,
    )


@step
def keep_standing_tables(run: Run, sends: MessageFacts) -> list[Check]:
    """Write, without rows, what the snapshot before had and the feeds give no row of now."""
    root = run.attempt.loaded.root
    return write_standing_tables(root, run.staging, run.catalog.given, sends.channels)


@step
def find_warnings(run: Run, sends: MessageFacts, ads: AdFacts) -> list[Warned]:
    """Find what a person should look at, though nothing is wrong with the figures."""
    found = [
        *find_message_warnings(run.catalog, sends),
        *compare_segments(run.catalog, run.config.workspace.timezone),
    ]
    if run.is_configured(*ADS):
        found += find_alias_warnings(ads.matched, ads.names, run.config.ads)
        found += find_spend_warnings(run.catalog, ads)
    return found
