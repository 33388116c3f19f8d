"""What is known before people's activities are described."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.config.workspace import Workspace
from contracts.vocabulary import Action
from flows.catalog.canonical_tables import Catalog
from flows.catalog.file_batches import Batch
from flows.config.memory import fact_rows_at_once
from flows.kept.identities import identify_rows
from flows.steps.messaging.described_messages import NamedKeys
from flows.steps.messaging.key_files import KeyFiles
from transforms.activities.activity_keys import name_contacts
from transforms.matching.match_sessions import MatchedSessions


@dataclass(frozen=True)
class PeopleInputs:
    """What activities are made from.

    Attributes:
        catalog: What was read.
        config: The workspace's configuration.
        names: The run's channels and messages, and whose e-mail addresses are.
        matched: The sessions, and the links that they came by.
        ad_names: `AdNames`.
    """

    catalog: Catalog
    config: Workspace
    names: NamedKeys
    matched: MatchedSessions
    ad_names: pl.LazyFrame

    @property
    def sessions(self) -> pl.LazyFrame:
        """Every session, as `SessionBase`."""
        unlinked = self.matched.unlinked
        return self.matched.sessions if unlinked is None else unlinked

    def open_keys(self) -> KeyFiles:
        """The key columns of sends and events."""
        return KeyFiles.of(self.catalog, self.names.channels, fact_rows_at_once(self.config.run))

    def identify_owners(self, batch: Batch) -> str:
        """What addresses decide of the rows of a batch."""
        return self._owners_identity if batch.names_by_email else ""

    @cached_property
    def _owners_identity(self) -> str:
        return identify_rows(self.names.owners.lazy())

    def has_events_of(self, action: Action) -> bool:
        """Whether any event is of an action, of whatever channel or bare."""
        return any(name.endswith(str(action)) for name in self.catalog.given.event_types())

    def scan_named(self, table: str) -> pl.LazyFrame:
        """A canonical table whose contacts an address may name."""
        return self.name(self.catalog.scan(table))

    def name(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Canonical rows with the contact that their address names."""
        return name_contacts(rows, self.names.owners)
