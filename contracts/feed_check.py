"""What a look at the feeds found: of each feed its columns, words, days and rejected rows."""

from contracts.manifest import Record


class EventTypeSeen(Record):
    """An event type that rows bear, and the channel whose reports it feeds.

    Attributes:
        event_type: The type.
        rows: How many rows bear it.
        channel: The channel, or `generic`, or `its send's` where the type is a bare action.
    """

    event_type: str
    rows: int
    channel: str


class CheckedTable(Record):
    """What a feed's files give one canonical table.

    Attributes:
        table: The canonical table.
        mapped: Its column -> the columns of the files that it is read from.
        constants: Its column -> the one value that the configuration gives it.
        not_found: Its columns that the mapping names and that no file has.
        first_day: The reporting day of the first row.
        last_day: That of the last row.
        event_types: Of events, in the order of their names.
        reasons: Why rows were rejected -> how many, most often first.
    """

    table: str
    rows_read: int
    accepted: int
    rejected: int
    superseded: int
    duplicates: int
    first_day: str | None
    last_day: str | None
    mapped: dict[str, list[str]]
    constants: dict[str, str]
    not_found: list[str]
    event_types: list[EventTypeSeen]
    reasons: dict[str, int]


class RefusedFeedFile(Record):
    """A file that cannot be read as a whole."""

    path: str
    reason: str
    hint: str


class CheckedFeed(Record):
    """What a look at one feed's files found.

    Attributes:
        feed: How messages and quarantine call it.
        reads: Its source, or its table.
        files: How many files match.
        columns: The columns found in them.
        left_over: Those that no mapping names; they become attributes.
    """

    feed: str
    reads: str
    pattern: str
    files: int
    columns: list[str]
    left_over: list[str]
    tables: list[CheckedTable]
    refused: list[RefusedFeedFile]
