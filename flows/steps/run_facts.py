"""The facts of a run, each with all that decides it: computed where a report asks for them.

Each of those that take long is computed by a step, which is given the tables and settings that may
decide it (`Run.give`) and the facts before it, and nothing else.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Held, Table, columns
from contracts.facts.matching.session_matching import SessionLinks
from contracts.facts.order_facts import MessageOrders, SessionOrders
from flows.catalog.row_files import write_record
from flows.kept.identities import Identified, identify, identify_rows
from flows.kept.keepers import Deferred, Folder
from flows.kept.kept_frames import read_frame, write_frames
from flows.report_tables import WEB
from flows.runtime.prefect_steps import step
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.write_activities import Activities, write_activities
from flows.steps.ads.ad_facts import AD_TABLES, AdFacts, build_ad_facts
from flows.steps.attempt import Run
from flows.steps.attribution.attribution_reports import read_costs, write_costs
from flows.steps.attribution.credit_files import BY_MESSAGE, BY_SESSION, CreditFiles
from flows.steps.attribution.credited_orders import build_credited_orders
from flows.steps.matching.sessions import find_sessions
from flows.steps.messaging.described_messages import (
    NamedKeys,
    find_names,
    read_channels,
    read_names,
)
from flows.steps.messaging.fact_files import FACTS, FactFiles
from flows.steps.messaging.key_files import list_key_files
from flows.steps.messaging.message_references import NAMES, find_earlier, gather_references
from flows.steps.messaging.message_reports import MessageFacts, sum_message_rows
from flows.steps.messaging.restating.restated_facts import FACT_SUMS, find_base, restate_facts
from flows.steps.messaging.send_facts import build_facts
from flows.steps.step_inputs import StepInputs, is_given

OF_MESSAGES = ("campaigns", "dispatches", "messages", "exchange_rates")
NAMED = (*OF_MESSAGES, "sends", "events", "contacts", "orders")
SUMMED = ("sends", "events", "list_members")
VISITED = (*WEB, *AD_TABLES, *OF_MESSAGES, "message_stats")
DONE = ("sends", "events", *WEB, "orders", "contacts", "exchange_rates")
SUMS = "sums"
TOLD_OF_LINKS = [name for name in columns(SessionLinks) if name != SessionLinks.link]
"""What decides the link of a session; links are numbered anew in each run."""


@dataclass(frozen=True)
class RunFacts:
    """The facts of a run.

    A fact that lies in a kept folder is written where it is asked for and not there yet, and read
    where its value is; any other is computed where its value is.
    """

    run: Run

    def forget(self) -> None:
        """Let go of all facts, which refer to each other and so would outlast the reports."""
        vars(self).clear()

    def forget_people(self) -> None:
        """Let go of what people did, the most that a run holds, once all reports are made."""
        vars(self).pop("activities", None)

    @cached_property
    def channels(self) -> Deferred[RunChannels]:
        """The channels of the run."""
        return Deferred.of(self._names, read_channels)

    @cached_property
    def names(self) -> Deferred[NamedKeys]:
        """What the keys of facts stand for."""
        return Deferred.of(self._names, read_names)

    @cached_property
    def _names(self) -> Folder:
        inputs = self.run.give(NAMED)

        def write(folder: Path) -> str:
            gathered = gather_references(inputs.catalog, find_earlier(inputs.keeper))
            gathered.keep(folder)
            return find_names(inputs, gathered).keep(folder)

        return inputs.keeper.folder(NAMES, [inputs], write)

    @cached_property
    def sums(self) -> Deferred[FactFiles]:
        """The sums over the send facts."""
        inputs = self.run.give(SUMMED, stage="building send facts")
        decided = identify(inputs, self.names)

        def write(folder: Path) -> str:
            build_send_facts(inputs, self.names, self.run.ledger, folder)
            return decided

        kept = inputs.keeper.folder(FACT_SUMS, [decided], write)
        return Deferred.of(kept, lambda folder: FactFiles(folder / FACTS))

    @cached_property
    def sends(self) -> Deferred[MessageFacts]:
        """The send facts, added up by message, with their names."""
        decided = identify(self.names, self.sums)
        return Deferred(decided, lambda: sum_message_rows(self.names.value, self.sums.value))

    @cached_property
    def ads(self) -> Deferred[AdFacts]:
        """Sessions with the ads that brought them, and what platforms report of each day."""
        inputs = self.run.give(VISITED, ["ads", "sessions"], "matching sessions")
        return Deferred(inputs.identity, lambda: match_sessions_to_ads(inputs))

    @cached_property
    def visits(self) -> Identified:
        """What people's activities take from the sessions and ads."""

        def identify_visits(_: Path) -> str:
            matched, names = self.ads.value.matched, self.ads.value.names
            links = matched.links.select(TOLD_OF_LINKS)
            return identify(matched.identity, *map(identify_rows, (links, names.lazy())))

        return self.run.kept.folder("visits", [self.ads], identify_visits)

    @cached_property
    def activities(self) -> Deferred[Activities]:
        """What every person did."""
        inputs = self.run.give(DONE, ["identity", "sessions"], "describing activities")
        return Deferred(
            identify(inputs, self.names, self.visits),
            lambda: describe_activities(inputs, self.names.value, self.ads.value),
        )

    @cached_property
    def orders(self) -> Deferred[CreditFiles]:
        """The orders with the touches that led to them."""
        inputs = self.run.give((), ["attribution"], "crediting orders")
        decided, models = identify(inputs, self.activities), inputs.config.attribution.models

        def write(folder: Path) -> str:
            credit_orders(inputs, self.activities.value, CreditFiles(folder, models))
            return decided

        kept = inputs.keeper.folder("credited orders", [decided], write)
        return Deferred.of(kept, lambda folder: CreditFiles(folder, models))

    @cached_property
    def orders_by_message(self) -> Deferred[Held[MessageOrders] | None]:
        """Orders by the message that was their last touch; None without an orders feed."""
        return self._sum_orders(BY_MESSAGE, MessageOrders)

    @cached_property
    def orders_by_session(self) -> Deferred[Held[SessionOrders] | None]:
        """Orders by the session that was their last touch; None without an orders feed."""
        return self._sum_orders(BY_SESSION, SessionOrders)

    def _sum_orders(self, kind: str, table: type[Table]) -> Deferred[pl.DataFrame | None]:
        if not is_given(self.run.catalog, "attribution", "order_touches"):
            return Deferred("", lambda: None)

        def write(folder: Path) -> str:
            return write_frames(folder, {SUMS: self.orders.value.sum_orders(kind, table).collect()})

        kept = self.run.kept.folder(f"orders {kind}", [self.orders], write)
        return Deferred.of(kept, lambda folder: read_frame(folder, SUMS, table))

    @cached_property
    def costs(self) -> Deferred[tuple[pl.LazyFrame, pl.LazyFrame]]:
        """`DayCosts` and `NamedCampaigns`, of messages and of ads."""

        def write(folder: Path) -> str:
            return write_costs(folder, self.sends.value, self.ads.value)

        kept = self.run.kept.folder("day costs", [self.sends, self.ads], write)
        return Deferred.of(kept, read_costs)


@step
def build_send_facts(
    inputs: StepInputs, names: Deferred[NamedKeys], ledger: Path, folder: Path
) -> None:
    """Sends and events to one row a send, with everything that happened to it."""
    files = list_key_files(inputs.catalog, "list_members")
    decided = identify(inputs.config, names.value.channels.own)
    base = find_base(inputs.keeper, decided, ledger, files, names)
    if base is None or restate_facts(base, inputs, names.value, files, folder) is None:
        build_facts(inputs, names.value, folder)
    else:
        inputs.on_part(1, 1)
    write_record(folder, decided, names.identity, files)


@step
def match_sessions_to_ads(inputs: StepInputs) -> AdFacts:
    """Sessions to the ads that brought them, beside what the platforms report of each day."""
    inputs.on_part(0, 1)
    facts = build_ad_facts(inputs, find_sessions(inputs))
    inputs.on_part(1, 1)
    return facts


@step
def describe_activities(inputs: StepInputs, names: NamedKeys, ads: AdFacts) -> Activities:
    """What every person did, cut into groups of people, with the devices that are theirs."""
    inputs.on_part(0, 1)
    activities = write_activities(PeopleInputs.of(inputs, names, ads.matched, ads.names.lazy()))
    inputs.on_part(1, 1)
    return activities


@step
def credit_orders(inputs: StepInputs, activities: Activities, files: CreditFiles) -> None:
    """Orders to the touches that led to them."""
    build_credited_orders(inputs, activities, files)
