"""The tasks that compute the facts of a run, each from the tables and settings of its run alone."""

from dataclasses import replace
from pathlib import Path

from flows.catalog.recorded_files import write_record
from flows.kept.deferred import Deferred
from flows.kept.identities import identify
from flows.runtime.prefect_steps import step
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.write_activities import Activities, write_activities
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.attempt import Run
from flows.steps.attribution.credit_files import CreditFiles
from flows.steps.attribution.credited_orders import build_credited_orders
from flows.steps.matching.sessions import find_sessions
from flows.steps.messaging.described_messages import MessageInputs, NamedKeys
from flows.steps.messaging.key_files import list_key_files
from flows.steps.messaging.restating.fact_base import find_base
from flows.steps.messaging.restating.restated_facts import restate_facts
from flows.steps.messaging.send_facts import build_facts


@step
def build_send_facts(run: Run, names: Deferred[NamedKeys], folder: Path) -> None:
    """Sends and events to one row a send, with everything that happened to it."""
    progress = run.report_progress("building send facts")
    inputs = MessageInputs(run.catalog, run.config, folder)
    files = list_key_files(run.catalog, "list_members")
    decided = identify(run.config, names.value.channels.own)
    base = find_base(run.kept, decided, run.ledger, files, names)
    if base is None or restate_facts(base, inputs, names.value, files) is None:
        build_facts(replace(inputs, on_group=progress, workers=run.workers), names.value)
    else:
        progress(1, 1)
    write_record(folder, decided, names.identity, files)


@step
def match_sessions_to_ads(run: Run) -> AdFacts:
    """Sessions to the ads that brought them, beside what the platforms report of each day."""
    progress = run.report_progress("matching sessions")
    progress(0, 1)
    sessions = find_sessions(run.catalog, run.config, run.scratch / "web", run.kept, run.workers)
    facts = build_ad_facts(
        run.catalog, run.config, sessions, run.scratch / "facts", run.kept, run.workers
    )
    progress(1, 1)
    return facts


@step
def describe_activities(run: Run, names: NamedKeys, ads: AdFacts) -> Activities:
    """What every person did, cut into groups of people, with the devices that are theirs."""
    progress = run.report_progress("describing activities")
    progress(0, 1)
    inputs = PeopleInputs(run.catalog, run.config, names, ads.matched, ads.names.lazy())
    activities = write_activities(inputs, run.scratch / "activities", run.kept, run.workers)
    progress(1, 1)
    return activities


@step
def credit_orders(run: Run, activities: Activities, folder: Path) -> None:
    """Orders to the touches that led to them."""
    files = CreditFiles(folder, run.config.attribution.models)
    progress = run.report_progress("crediting orders")
    build_credited_orders(activities, run.config, files, run.kept, run.workers, progress)
