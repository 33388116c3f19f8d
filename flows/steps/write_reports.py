"""The steps from canonical tables to published report tables, in their order."""

from contracts.manifest import Check, Warned
from flows.runtime.prefect_steps import step
from flows.steps.ads.ad_facts import AD_TABLES
from flows.steps.ads.ad_reports import write_stats_reports
from flows.steps.ads.ad_warnings import find_spend_warnings
from flows.steps.ads.conversion_warnings import find_conversion_warnings
from flows.steps.ads.performance_reports import write_performance_reports
from flows.steps.attempt import Run
from flows.steps.attribution.attribution_reports import (
    reconcile_orders,
    write_credited_orders,
    write_earnings,
)
from flows.steps.attribution.order_warnings import find_order_warnings
from flows.steps.matching.session_reports import (
    reconcile_sessions,
    warn_of_aliases,
    write_session_matches,
)
from flows.steps.matching.unused_views import find_unused_views
from flows.steps.messaging.message_reports import write_channel_reports, write_overviews
from flows.steps.messaging.message_warnings import find_message_warnings
from flows.steps.people.people_reports import (
    PeopleReports,
    find_people_warnings,
    write_people_reports,
)
from flows.steps.people.segments import compare_segments
from flows.steps.run_facts import OF_MESSAGES, RunFacts
from flows.steps.standing_tables import write_standing_tables
from flows.steps.step_inputs import is_given

REPORTED = (*OF_MESSAGES, "sends", "events", "message_stats", "segments", "list_members")
MEMBERS = ("contacts", "segments", "list_members")
BREAKDOWNS = ("ad_breakdowns", "exchange_rates")


def write_report_tables(run: Run) -> tuple[list[Check], list[Warned]]:
    """Write every report table that the feeds can give; those that did not change are linked.

    Returns:
        What was checked, and what a person should look at.
    """
    facts = RunFacts(run)
    checks = [
        *report_messages(run, facts),
        *report_people(run, facts),
        *report_ads(run, facts),
        *report_attribution(run, facts),
    ]
    checks += keep_standing_tables(run, facts)
    warnings = [*find_warnings(run, facts), *run.kept.warnings, *run.reports.warnings]
    facts.forget()
    return checks, warnings


@step
def report_messages(run: Run, facts: RunFacts) -> list[Check]:
    """Write the reports of every message channel, and those over all of them."""
    inputs, orders = run.give(REPORTED), facts.orders_by_message

    def write() -> list[Check]:
        conversions = orders.value
        sends = facts.sends.value.add_credited(conversions)
        return [
            *write_channel_reports(inputs, sends, conversions, run.staging),
            *write_overviews(inputs, sends, conversions, run.staging),
        ]

    return run.reports.report("messages", [inputs, facts.sends, orders], write)


@step
def report_people(run: Run, facts: RunFacts) -> list[Check]:
    """Write journeys, contacts, identity links and audiences; they exist where contacts do."""
    if not is_given(run.catalog, "people", "contact_report"):
        return []
    inputs = run.give(MEMBERS, ["audiences"], "writing journeys")

    def write() -> list[Check]:
        activities, sends = facts.activities.value, facts.sends.value.facts
        return write_people_reports(
            PeopleReports(inputs, activities, sends, run.staging, run.reports)
        )

    return run.reports.report("people", [inputs, facts.activities, facts.sums], write)


@step
def report_ads(run: Run, facts: RunFacts) -> list[Check]:
    """Write the ads group; it exists where ads or their stats are configured."""
    if not is_given(run.catalog, "ads", "account_report"):
        return []
    inputs, orders = run.give([*AD_TABLES, *BREAKDOWNS]), facts.orders_by_session
    settings = inputs.config

    ads, staging = facts.ads, run.staging
    return [
        *run.reports.report(
            "ad stats", [inputs], lambda: write_stats_reports(inputs, ads.value, staging)
        ),
        *run.reports.report(
            "session matches",
            [facts.visits],
            lambda: write_session_matches(ads.value.matched, staging),
        ),
        reconcile_sessions(run.catalog, staging),
        *run.reports.report(
            "ad performance",
            [settings, ads, orders],
            lambda: write_performance_reports(settings, ads.value, orders.value, staging),
        ),
    ]


@step
def report_attribution(run: Run, facts: RunFacts) -> list[Check]:
    """Write the attribution group; it exists where orders are configured."""
    if not is_given(run.catalog, "attribution", "order_touches"):
        return []
    credited, costs, inputs = facts.orders, facts.costs, run.give(["orders", "exchange_rates"])

    def write_sums() -> list[Check]:
        checks = write_earnings(credited.value, *costs.value, run.staging)
        return [*reconcile_orders(inputs, credited.value), *checks]

    return [
        *run.reports.report(
            "credited orders",
            [credited],
            lambda: write_credited_orders(credited.value, run.staging),
        ),
        *run.reports.report("earnings", [inputs, credited, costs], write_sums),
    ]


@step
def keep_standing_tables(run: Run, facts: RunFacts) -> list[Check]:
    """Write, without rows, what the snapshot before had and the feeds give no row of now."""
    return write_standing_tables(run.root, run.staging, run.catalog.feeds, facts.channels.value)


@step
def find_warnings(run: Run, facts: RunFacts) -> list[Warned]:
    """Find what a person should look at, though nothing is wrong with the figures."""
    catalog, settings, timezone = run.catalog, run.settings("ads"), run.config.workspace.timezone

    def look_at_ads() -> list[Warned]:
        ads, stats = facts.ads.value, catalog.only("ad_stats")
        return [
            *warn_of_aliases(settings.ads, ads.names, ads.matched.links),
            *find_spend_warnings(stats, ads),
            *find_conversion_warnings(catalog.only("ad_stats", "ad_conversions"), ads),
        ]

    found: list[Warned] = []
    if run.catalog.feeds.is_configured("contacts", "orders"):
        found += run.reports.recall_warnings(
            "warnings of people",
            [facts.activities],
            lambda: find_people_warnings(facts.activities.value),
        )
    facts.forget_people()
    found += [
        *run.reports.recall_warnings(
            "warnings of messages",
            [catalog, facts.sends],
            lambda: find_message_warnings(catalog, facts.sends.value),
        ),
        *run.reports.recall_warnings(
            "warnings of segments",
            [catalog.only(*MEMBERS), timezone],
            lambda: compare_segments(catalog.only(*MEMBERS), timezone),
        ),
    ]
    web = catalog.only("page_views", "sessions")
    found += run.reports.recall_warnings(
        "warnings of page views", [web, timezone], lambda: find_unused_views(web, timezone)
    )
    if is_given(run.catalog, "attribution", "order_touches"):
        inputs = run.give(["orders", "exchange_rates"])
        found += run.reports.recall_warnings(
            "warnings of orders",
            [inputs],
            lambda: find_order_warnings(inputs.catalog, inputs.config),
        )
    if is_given(run.catalog, "ads", "account_report"):
        found += run.reports.recall_warnings("warnings of ads", [settings, facts.ads], look_at_ads)
    return found
