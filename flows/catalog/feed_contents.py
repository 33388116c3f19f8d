"""What the feeds of a workspace can give, and what their rows were seen to hold."""

from dataclasses import dataclass

from contracts.feeds import Events
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed
from transforms.messaging.send_keys import EventScope


@dataclass(frozen=True)
class FeedContents:
    """The feeds as configured, and the receipts of their files.

    Attributes:
        feeds: As configured, those without a file too.
        files: The files that were read, without copies.
    """

    feeds: tuple[ConfiguredFeed, ...]
    files: tuple[ReadFile, ...]

    def is_configured(self, *tables: str) -> bool:
        """Whether a feed gives one of the tables, be it without a row."""
        given = {resolved.mapping.table for feed in self.feeds for resolved in feed.mappings}
        return bool(given.intersection(tables))

    def constant_event_types(self) -> set[str]:
        """The event types that feeds give to all of their rows."""
        mappings = [resolved.mapping for feed in self.feeds for resolved in feed.mappings]
        types = (mapping.constants.get(Events.event_type) for mapping in mappings)
        return {name for name in types if name is not None}

    def event_types(self) -> set[str]:
        """Every event type that a row bears."""
        return {
            name for file in self.files for got in file.receipt.tables for name in got.event_types
        }

    def names_message_and_contact(self) -> bool:
        """Whether any event names its message and contact rather than its send."""
        got = [receipt for file in self.files if (receipt := file.of_table("events"))]
        scopes = {EventScope.MESSAGE_CONTACT, EventScope.MESSAGE_ADDRESS}
        return any(scopes & set(receipt.scopes) for receipt in got)

    def names_by_email(self) -> bool:
        """Whether any row names its contact by e-mail address alone."""
        return any(got.by_email for file in self.files for got in file.receipt.tables)
