"""What is known before people's activities are described, and who the people are."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.numbered_activities import People
from contracts.reports.journeys import IdentityLinks
from flows.catalog.file_batches import Batch, list_batches
from flows.config.memory import FACT_ROWS, count_at_once
from flows.errors import REPORT_IT, CampaignReportsError
from flows.kept.identities import identify_rows
from flows.runtime.materialize import cut_groups, hold
from flows.steps.messaging.described_messages import NamedKeys
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.step_inputs import StepInputs
from flows.storage.workspace_files import remove_tree
from transforms.activities.activity_keys import name_contacts
from transforms.activities.person_numbers import (
    count_bounds_before,
    find_bounds,
    key_people,
    list_people,
    list_unknown,
    sort_people,
)
from transforms.common.key_places import KeyPlaces
from transforms.common.keys import list_repeated
from transforms.matching.match_sessions import MatchedSessions

CONTACTS_A_SORT = 1_000_000
"""About how many contacts are sorted at a time."""
BOUNDS_A_SORT = 100
"""Of about how many of them one is the last: the more, the more equal are the pieces."""


@dataclass(frozen=True)
class PeopleInputs(StepInputs):
    """What activities are made from.

    Attributes:
        names: The run's channels and messages, and whose e-mail addresses are.
        matched: The sessions, and the links that they came by.
    """

    names: NamedKeys
    matched: MatchedSessions
    ad_names: Rows[AdNames]

    @classmethod
    def of(
        cls, inputs: StepInputs, names: NamedKeys, matched: MatchedSessions, ad_names: pl.LazyFrame
    ) -> "PeopleInputs":
        """What a step is given, and the facts before it."""
        return cls(**vars(inputs), names=names, matched=matched, ad_names=ad_names)

    @property
    def sessions(self) -> pl.LazyFrame:
        """Every session, as `SessionBase`."""
        unlinked = self.matched.unlinked
        return self.matched.sessions if unlinked is None else unlinked

    def open_keys(self) -> KeyFiles:
        """The key columns of sends and events."""
        names, most_rows = self.names, count_at_once(self.config.run, FACT_ROWS)
        return KeyFiles.of(self.catalog, names.channels, names.claimed, most_rows)

    def identify_owners(self, batch: Batch) -> str:
        """What addresses decide of the rows of a batch."""
        return self._owners_identity if batch.names_by_email else ""

    @cached_property
    def _owners_identity(self) -> str:
        return identify_rows(self.names.owners.lazy())

    def scan_named(self, table: str) -> pl.LazyFrame:
        """A canonical table whose contacts an address may name."""
        return self.name(self.catalog.scan(table))

    def name(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Canonical rows with the contact that their address names."""
        return name_contacts(rows, self.names.owners)


def find_people(
    inputs: PeopleInputs, orders: Rows[PricedOrders], links: Held[IdentityLinks], folder: Path
) -> Held[People]:
    """Number the contacts that any row names.

    Args:
        folder: Where contacts lie until they are in order, if they are many.

    Raises:
        CampaignReportsError: Two contacts share a key, which no workspace has shown yet.
    """
    known = key_people(inputs.catalog.scan("contacts"))
    unknown, count = _find_unknown(inputs, known, [orders, links.lazy()])
    in_order = _put_in_order(list_people(known, unknown.lazy()), count, folder)
    return hold(in_order.with_row_index(People.contact_no), People).collect()


def _find_unknown(
    inputs: PeopleInputs, known: pl.LazyFrame, others: Iterable[pl.LazyFrame]
) -> tuple[pl.DataFrame, int]:
    """Find the contacts that rows name and the contacts feed does not have, each once.

    Sends and events are asked some files at a time: Polars reads ahead of what asks in Python, of
    200 million events 4 GB.

    Returns:
        They, and how many contacts there are with those of the feed.
    """
    keys = known.select(People.contact_key).collect(engine="streaming").to_series()
    places = KeyPlaces.of(keys)
    tables = [
        inputs.name(batch.scan())
        for table in ("sends", "events")
        for batch in list_batches(inputs.catalog, table)
    ]
    found = [
        list_unknown(key_people(rows), places).collect(engine="streaming")
        for rows in (*tables, inputs.sessions, *others)
    ]
    unknown = pl.concat(found).unique()
    every = keys.append(unknown.get_column(People.contact_key))
    if not list_repeated(every).is_empty():
        msg = "two contacts share a 64-bit key"
        raise CampaignReportsError(msg, REPORT_IT)
    return unknown, len(every)


def _put_in_order(people: pl.LazyFrame, count: int, folder: Path) -> pl.LazyFrame:
    """Sort contacts, some at a time: what a sort takes beside them is several times as much."""
    if count <= CONTACTS_A_SORT:
        return sort_people(people)
    some = find_bounds(people, CONTACTS_A_SORT // BOUNDS_A_SORT).collect(engine="streaming")
    bounds = some.gather_every(BOUNDS_A_SORT, BOUNDS_A_SORT)
    cut = cut_groups([people], count_bounds_before(bounds), bounds.height + 1, folder)
    in_order = [sort_people(piece).collect() for piece in cut]
    remove_tree(folder)
    return _join_pieces(in_order).lazy()


def _join_pieces(pieces: list[pl.DataFrame]) -> pl.DataFrame:
    """Put pieces after one another, taking columns out of them: only one is held twice."""
    return pl.DataFrame(
        [
            pl.concat([piece.drop_in_place(name) for piece in pieces], rechunk=True)
            for name in pieces[0].columns
        ]
    )
