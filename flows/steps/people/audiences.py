"""Audiences: contacts by what they did and never did, in every run or for one question."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from contracts.columns import Rows, no_rows
from contracts.config.workspace import AudienceSection
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import MessageNameKeys
from contracts.facts.people.lists import SubscriptionStates
from contracts.feeds.contacts import Contacts
from contracts.manifest import Check
from contracts.reports.people import Audience
from flows.config.loading import LoadedWorkspace
from flows.progress import Progress
from flows.remote.workspace_place import open_feeds
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.write_activities import Activities, write_activities
from flows.steps.matching.session_matching import match_sessions
from flows.steps.matching.sessions import find_sessions
from flows.steps.messaging.described_messages import find_names
from flows.steps.people.segments import list_segment_members
from flows.steps.people.subscriptions import build_subscriptions
from flows.steps.reading.asked_names import find_unknown_names
from flows.steps.reading.read_feeds import read_feeds
from flows.steps.reading.refusals import find_refusal
from flows.steps.step_inputs import StepInputs
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.report_files import write_table
from transforms.people.audiences import select_audience


def write_audiences(
    inputs: StepInputs, activities: Activities, states: pl.LazyFrame, staging: Path
) -> list[Check]:
    """Write every audience that the configuration declares to people/audiences."""
    checks: list[Check] = []
    for audience in inputs.config.audiences:
        rows = select_contacts(inputs, activities, states, audience)
        checks += write_table(
            staging, "people", "audiences", rows, part=audience.name, table=Audience
        )
    return checks


def select_contacts(
    inputs: StepInputs,
    activities: Activities,
    states: Rows[SubscriptionStates],
    audience: AudienceSection,
) -> pl.DataFrame:
    """The contacts of one audience whose names and dates are known to be right.

    Args:
        inputs: Contacts, segments and the time zone.
    """
    catalog, timezone = inputs.catalog, inputs.config.workspace.timezone
    return select_audience(
        catalog.scan("contacts"),
        activities.scan("events"),
        activities.scan("sends"),
        list_segment_members(catalog, timezone),
        states,
        audience,
        timezone,
    ).collect()


def draw_audience(
    loaded: LoadedWorkspace,
    audience: AudienceSection,
    progress: Progress,
    columns: Sequence[str] = (),
) -> pl.DataFrame:
    """The contacts of an audience that somebody asks for, from the feeds as they are now.

    Args:
        columns: What of `Contacts` is asked for, personal data too; none gives `Audience`.

    Raises:
        CampaignReportsError: The feeds do not allow a report either.
    """
    config = loaded.config
    with (
        hold_workspace(loaded.root),
        tempfile.TemporaryDirectory(prefix="campaign-reports-audience-") as scratch,
        open_feeds(loaded.root, config.feed_files),
    ):
        read = read_feeds(loaded, Layout(loaded.root).ledger, progress)
        refusal = find_refusal(read, config)
        if problem := refusal or find_unknown_names(read.catalog, config, [audience]):
            raise problem
        inputs = StepInputs.afresh(read.catalog, config, Path(scratch))
        # Sessions tell whose a device was; which ads they came from is not asked.
        no_ads = no_rows(AdNames)
        no_names = no_rows(MessageNameKeys)
        matched = match_sessions(find_sessions(inputs), no_ads, no_names, config)
        people = PeopleInputs.of(inputs, find_names(inputs), matched, no_ads)
        activities = write_activities(people)
        states = build_subscriptions(inputs, activities).states
        found = select_contacts(inputs, activities, states, audience)
        if not columns:
            return found
        person = [Contacts.org_id, Contacts.contact_id]
        asked = dict.fromkeys([*person, *columns])
        contacts = read.catalog.scan("contacts").select(*asked).collect()
        return found.join(
            contacts, on=person, how="left", validate="1:1", maintain_order="left"
        ).select(columns)
