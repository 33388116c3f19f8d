"""The facts of a run, each with all that decides it: computed where a report asks for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Table, columns
from contracts.facts.matching.session_matching import SessionLinks
from contracts.facts.order_facts import DayCosts, MessageOrders, NamedCampaigns, SessionOrders
from flows.kept.deferred import Deferred
from flows.kept.identities import identify, identify_rows
from flows.kept.kept_folders import KeptFolder
from flows.kept.kept_frames import read_frame, write_frames
from flows.kept.recorded_files import write_record
from flows.runtime.materialize import materialize
from flows.runtime.prefect_steps import step
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.write_activities import Activities, write_activities
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.attempt import Run
from flows.steps.attribution.credit_files import CreditFiles
from flows.steps.attribution.credited_orders import build_credited_orders
from flows.steps.matching.sessions import find_sessions
from flows.steps.messaging.described_messages import MessageInputs, NamedKeys, find_names
from flows.steps.messaging.fact_base import FACT_SUMS, FACTS, FactBase, find_base
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.kept_names import read_channels, read_names, write_names
from flows.steps.messaging.key_files import list_key_files
from flows.steps.messaging.message_reports import MessageFacts, sum_message_rows
from flows.steps.messaging.named_messages import NAMES, find_earlier, gather_named
from flows.steps.messaging.restated_facts import restate_facts
from flows.steps.messaging.send_facts import build_facts
from transforms.activities.ad_names_now import name_campaigns
from transforms.attribution.costs import list_costs, name_message_campaigns

MESSAGES = ("campaigns", "dispatches", "messages", "exchange_rates")
NAMED = (*MESSAGES, "sends", "events", "contacts", "orders")
SUMMED = ("sends", "events", "list_members")
WEB = ("sessions", "page_views")
AD_TABLES = (
    *("ads", "ad_stats", "ad_accounts", "ad_campaigns", "ad_groups", "ad_creatives"),
    *("ad_portfolios", "ad_conversions"),
)
VISITED = (*WEB, *AD_TABLES, *MESSAGES, "message_stats")
DONE = ("sends", "events", *WEB, "orders", "contacts", "exchange_rates")
COSTS, CAMPAIGNS, SUMS = "costs", "campaigns", "sums"
TOLD_OF_LINKS = [name for name in columns(SessionLinks) if name != SessionLinks.link]
"""What decides the link of a session; links are numbered anew in each run."""


@dataclass(frozen=True)
class RunFacts:
    """The facts of a run; a step reads the tables and settings that are named beside it alone."""

    run: Run

    @property
    def channels(self) -> RunChannels:
        """The channels of the run."""
        return read_channels(self.kept_names.open())

    @cached_property
    def names(self) -> Deferred[NamedKeys]:
        """What the keys of facts stand for."""
        kept = self.kept_names
        return Deferred(kept.identity, lambda: read_names(kept.open()))

    @cached_property
    def kept_names(self) -> KeptFolder:
        """What the keys of facts stand for, in files."""
        run, catalog, settings = self.run, self.run.catalog.only(*NAMED), self.run.settings()

        def write(folder: Path) -> str:
            named = gather_named(catalog, find_earlier(run.kept))
            named.keep(folder)
            return write_names(folder, find_names(MessageInputs(catalog, settings, folder), named))

        return run.kept.folder(NAMES, [catalog, settings], write)

    @cached_property
    def sums(self) -> KeptFolder:
        """The sums over the send facts."""
        run, catalog, settings = self.run, self.run.catalog.only(*SUMMED), self.run.settings()
        inputs = identify(catalog, settings, self.names)

        def write(folder: Path) -> str:
            names, files = self.names.value, list_key_files(catalog, "list_members")
            decided = identify(settings, names.channels.own)
            base = find_base(run.kept, decided, run.ledger, files, self.names)
            build_send_facts(run, MessageInputs(catalog, settings, folder), names, base)
            write_record(folder, decided, self.names.identity, files)
            return inputs

        return run.kept.folder(FACT_SUMS, [inputs], write)

    @cached_property
    def sends(self) -> Deferred[MessageFacts]:
        """The send facts, added up by message, with their names."""

        def add_up() -> MessageFacts:
            return sum_message_rows(self.names.value, FactFiles(self.sums.open() / FACTS))

        return Deferred(identify(self.names, self.sums), add_up)

    @cached_property
    def ads(self) -> Deferred[AdFacts]:
        """Sessions with the ads that brought them, and what platforms report of each day."""
        catalog, settings = self.run.catalog.only(*VISITED), self.run.settings("ads", "sessions")
        run = self.run.cut(catalog, settings)
        return Deferred(identify(catalog, settings), lambda: match_sessions_to_ads(run))

    @cached_property
    def visits(self) -> str:
        """What people's activities take from the sessions and ads."""

        def look(_: Path) -> str:
            matched, names = self.ads.value.matched, self.ads.value.names
            links = matched.links.select(TOLD_OF_LINKS)
            return identify(matched.identity, *map(identify_rows, (links, names.lazy())))

        return self.run.kept.folder("visits", [self.ads], look).identity

    @cached_property
    def activities(self) -> Deferred[Activities]:
        """What every person did."""
        catalog, settings = self.run.catalog.only(*DONE), self.run.settings("identity", "sessions")
        run = self.run.cut(catalog, settings)
        return Deferred(
            identify(catalog, settings, self.names, self.visits),
            lambda: describe_activities(run, self.names.value, self.ads.value),
        )

    @cached_property
    def orders(self) -> Deferred[CreditFiles]:
        """The orders with the touches that led to them."""
        settings = self.run.settings("attribution")
        run = self.run.cut(self.run.catalog.only("orders"), settings)
        inputs = identify(settings, self.activities)

        def write(folder: Path) -> str:
            credit_orders(run, self.activities.value, folder)
            return inputs

        def keep() -> CreditFiles:
            folder = run.kept.folder("credited orders", [inputs], write).open()
            return CreditFiles(folder, settings.attribution.models)

        return Deferred(inputs, keep)

    @cached_property
    def orders_by_message(self) -> Deferred[pl.DataFrame | None]:
        """`MessageOrders`; None without an orders feed."""
        return self._find_conversions("orders by message", CreditFiles.sum_messages, MessageOrders)

    @cached_property
    def orders_by_session(self) -> Deferred[pl.DataFrame | None]:
        """`SessionOrders`; None without an orders feed."""
        return self._find_conversions("orders by session", CreditFiles.sum_sessions, SessionOrders)

    def _find_conversions(
        self, name: str, find: Callable[[CreditFiles], pl.LazyFrame], table: type[Table]
    ) -> Deferred[pl.DataFrame | None]:
        if not self.run.is_configured("orders"):
            return Deferred("", lambda: None)

        def write(folder: Path) -> str:
            return write_frames(folder, {SUMS: find(self.orders.value).collect()})

        kept = self.run.kept.folder(name, [self.orders], write)
        return Deferred(kept.identity, lambda: read_frame(kept.open(), SUMS, table))

    @cached_property
    def costs(self) -> Deferred[tuple[pl.LazyFrame, pl.LazyFrame]]:
        """`DayCosts` and `NamedCampaigns`, of messages and of ads."""

        def write(folder: Path) -> str:
            return write_frames(folder, find_costs(self.sends.value, self.ads.value))

        def read() -> tuple[pl.LazyFrame, pl.LazyFrame]:
            folder = kept.open()
            costs = read_frame(folder, COSTS, DayCosts)
            return costs.lazy(), read_frame(folder, CAMPAIGNS, NamedCampaigns).lazy()

        kept = self.run.kept.folder("day costs", [self.sends, self.ads], write)
        return Deferred(kept.identity, read)


@step
def build_send_facts(
    run: Run, inputs: MessageInputs, names: NamedKeys, base: FactBase | None
) -> None:
    """Sends and events to one row a send, with everything that happened to it."""
    progress = run.report_progress("building send facts")
    files = list_key_files(inputs.catalog, "list_members")
    if base is None or restate_facts(base, inputs, names, files) is None:
        build_facts(replace(inputs, on_group=progress, workers=run.workers), names)
    else:
        progress(1, 1)


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
    inputs = PeopleInputs(
        run.catalog,
        run.config,
        names.channels,
        names.messages,
        names.owners,
        ads.matched,
        ads.names.lazy(),
    )
    activities = write_activities(inputs, run.scratch / "activities", run.kept, run.workers)
    progress(1, 1)
    return activities


@step
def credit_orders(run: Run, activities: Activities, folder: Path) -> None:
    """Orders to the touches that led to them."""
    files = CreditFiles(folder, run.config.attribution.models)
    progress = run.report_progress("crediting orders")
    build_credited_orders(activities, run.config, files, run.kept, run.workers, progress)


def find_costs(sends: MessageFacts, ads: AdFacts) -> dict[str, pl.DataFrame]:
    """What messages and ads cost by the day, and what their campaigns are called."""
    messages = sends.all_rows()
    costs = list_costs(sends.days.lazy(), messages, ads.list_spend())
    campaigns = pl.concat([name_message_campaigns(messages), name_campaigns(ads.names.lazy())])
    return {
        COSTS: materialize(costs, DayCosts).collect(),
        CAMPAIGNS: materialize(campaigns, NamedCampaigns).collect(),
    }
