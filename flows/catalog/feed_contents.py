"""What the feeds of a workspace can give, and what their rows were seen to hold."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from contracts.columns import columns
from contracts.feeds import FEEDS, Events
from flows.catalog.ledger import TableReceipt
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed
from transforms.messaging.send_keys import EventScope

ADDRESSED = tuple(
    table
    for table, contract in FEEDS.items()
    if table != "contacts" and {Events.contact_id, Events.email} <= {*columns(contract)}
)
"""The tables whose rows may name their contact by an e-mail address."""


@dataclass(frozen=True)
class FeedContents:
    """The feeds as configured, and the receipts of their files.

    Attributes:
        listed: As configured, those without a file too.
        tables: The tables that may be asked about; any other is an error.
    """

    listed: tuple[ConfiguredFeed, ...]
    files: tuple[ReadFile, ...]
    tables: frozenset[str] = frozenset(FEEDS)

    def __iter__(self) -> Iterator[ConfiguredFeed]:
        """The feeds, in the order of the configuration."""
        return iter(self.listed)

    @property
    def names(self) -> dict[int, str]:
        """Place of a feed in the configuration -> what messages call it."""
        return {feed.place: feed.name for feed in self}

    def files_of(self, feed: ConfiguredFeed) -> list[ReadFile]:
        """The files of a feed, without copies."""
        return [file for file in self.files if file.raw.feed is feed]

    def only(self, tables: Collection[str]) -> "FeedContents":
        """What the feeds give of some tables; what is configured stands as a whole."""
        files = [file for file in self.files if any(file.of_table(table) for table in tables)]
        return replace(self, files=tuple(files), tables=frozenset(tables))

    def _list_receipts(self, *tables: str) -> Iterator[TableReceipt]:
        if unknown := {*tables} - self.tables:
            raise KeyError(*unknown)
        for file in self.files:
            yield from (got for table in tables if (got := file.of_table(table)))

    @property
    def configured(self) -> frozenset[str]:
        """The tables that a feed gives, be it without a row."""
        mappings = (resolved.mapping for feed in self for resolved in feed.mappings)
        return frozenset(mapping.table for mapping in mappings)

    def is_configured(self, *tables: str) -> bool:
        """Whether a feed gives one of the tables, be it without a row."""
        return not self.configured.isdisjoint(tables)

    def constant_event_types(self) -> set[str]:
        """The event types that feeds give to all of their rows."""
        mappings = [resolved.mapping for feed in self for resolved in feed.mappings]
        types = (mapping.constants.get(Events.event_type) for mapping in mappings)
        return {name for name in types if name is not None}

    def event_types(self) -> set[str]:
        """Every event type that a row bears."""
        return {name for got in self._list_receipts("events") for name in got.event_types}

    def names_message_and_contact(self) -> bool:
        """Whether any event names its message and contact rather than its send."""
        scopes = {EventScope.MESSAGE_CONTACT, EventScope.MESSAGE_ADDRESS}
        return any(scopes & set(got.scopes) for got in self._list_receipts("events"))

    def names_by_email(self) -> bool:
        """Whether any row names its contact by e-mail address alone."""
        return any(got.by_email for got in self._list_receipts(*ADDRESSED))
