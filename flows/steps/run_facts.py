"""The facts of a run, each with all that decides it: computed where a report asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Table, columns
from contracts.facts.matching.session_matching import SessionLinks
from contracts.facts.order_facts import MessageOrders, SessionOrders
from flows.kept.deferred import Deferred
from flows.kept.identities import Identified, identify, identify_rows
from flows.kept.keepers import Folder
from flows.kept.kept_frames import read_frame, write_frames
from flows.steps.activities.write_activities import Activities
from flows.steps.ads.ad_facts import AD_TABLES, AdFacts
from flows.steps.attempt import Run
from flows.steps.attribution.credit_files import CreditFiles
from flows.steps.attribution.day_costs import read_costs, write_costs
from flows.steps.fact_tasks import (
    build_send_facts,
    credit_orders,
    describe_activities,
    match_sessions_to_ads,
)
from flows.steps.messaging.described_messages import (
    MessageInputs,
    NamedKeys,
    find_names,
    read_channels,
    read_names,
)
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.message_references import NAMES, find_earlier, gather_references
from flows.steps.messaging.message_reports import MessageFacts, sum_message_rows
from flows.steps.messaging.restating.fact_base import FACT_SUMS, FACTS

OF_MESSAGES = ("campaigns", "dispatches", "messages", "exchange_rates")
NAMED = (*OF_MESSAGES, "sends", "events", "contacts", "orders")
SUMMED = ("sends", "events", "list_members")
WEB = ("sessions", "page_views")
VISITED = (*WEB, *AD_TABLES, *OF_MESSAGES, "message_stats")
DONE = ("sends", "events", *WEB, "orders", "contacts", "exchange_rates")
SUMS = "sums"
TOLD_OF_LINKS = [name for name in columns(SessionLinks) if name != SessionLinks.link]
"""What decides the link of a session; links are numbered anew in each run."""


@dataclass(frozen=True)
class RunFacts:
    """The facts of a run; a step reads the tables and settings that are named beside it alone.

    A fact that lies in a kept folder is written where it is asked for and not there yet, and read
    where its value is; any other is computed where its value is.
    """

    run: Run

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
        kept, catalog, settings = self.run.kept, self.run.catalog.only(*NAMED), self.run.settings()

        def write(folder: Path) -> str:
            inputs = MessageInputs(catalog, settings, folder)
            gathered = gather_references(catalog, find_earlier(kept))
            gathered.keep(folder)
            return find_names(inputs, gathered).keep(folder)

        return kept.folder(NAMES, [catalog, settings], write)

    @cached_property
    def sums(self) -> Deferred[FactFiles]:
        """The sums over the send facts."""
        catalog, settings = self.run.catalog.only(*SUMMED), self.run.settings()
        run, inputs = self.run.cut(catalog, settings), identify(catalog, settings, self.names)

        def write(folder: Path) -> str:
            build_send_facts(run, self.names, folder)
            return inputs

        kept = run.kept.folder(FACT_SUMS, [inputs], write)
        return Deferred.of(kept, lambda folder: FactFiles(folder / FACTS))

    @cached_property
    def sends(self) -> Deferred[MessageFacts]:
        """The send facts, added up by message, with their names."""
        inputs = identify(self.names, self.sums)
        return Deferred(inputs, lambda: sum_message_rows(self.names.value, self.sums.value))

    @cached_property
    def ads(self) -> Deferred[AdFacts]:
        """Sessions with the ads that brought them, and what platforms report of each day."""
        catalog, settings = self.run.catalog.only(*VISITED), self.run.settings("ads", "sessions")
        run = self.run.cut(catalog, settings)
        return Deferred(identify(catalog, settings), lambda: match_sessions_to_ads(run))

    @cached_property
    def visits(self) -> Identified:
        """What people's activities take from the sessions and ads."""

        def look(_: Path) -> str:
            matched, names = self.ads.value.matched, self.ads.value.names
            links = matched.links.select(TOLD_OF_LINKS)
            return identify(matched.identity, *map(identify_rows, (links, names.lazy())))

        return self.run.kept.folder("visits", [self.ads], look)

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
        inputs, models = identify(settings, self.activities), settings.attribution.models

        def write(folder: Path) -> str:
            credit_orders(run, self.activities.value, folder)
            return inputs

        kept = run.kept.folder("credited orders", [inputs], write)
        return Deferred.of(kept, lambda folder: CreditFiles(folder, models))

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
        if not self.run.gives("attribution", "order_touches"):
            return Deferred("", lambda: None)

        def write(folder: Path) -> str:
            return write_frames(folder, {SUMS: find(self.orders.value).collect()})

        kept = self.run.kept.folder(name, [self.orders], write)
        return Deferred.of(kept, lambda folder: read_frame(folder, SUMS, table))

    @cached_property
    def costs(self) -> Deferred[tuple[pl.LazyFrame, pl.LazyFrame]]:
        """`DayCosts` and `NamedCampaigns`, of messages and of ads."""

        def write(folder: Path) -> str:
            return write_costs(folder, self.sends.value, self.ads.value)

        kept = self.run.kept.folder("day costs", [self.sends, self.ads], write)
        return Deferred.of(kept, read_costs)
