"""What reading a file gave, as the ledger keeps it beside the parts (SPEC §8)."""

from pydantic import BaseModel

from contracts.erasures import ERASED
from flows.storage.sealed_folders import ListedFile


class TableReceipt(BaseModel):
    """What one table got from a file."""

    table: str
    rows_read: int = 0
    valid: int = 0
    rejected: int = 0
    reasons: dict[str, int] = {}
    event_types: dict[str, int] = {}
    """Event type -> rows that bear it."""
    platforms: dict[str, int] = {}
    """Ad platform -> rows that bear it."""
    first_at: str | None = None
    """When its first row happened: a day, or an instant in UTC, in ISO 8601."""
    last_at: str | None = None
    scopes: list[str] = []
    """Of events: what names their sends."""
    own_channels: list[str] = []
    """The channels of the user's own that event types may name, in the order of their codes."""
    equal_rows: int = 0
    """Where rows of one key add up: those that say, cell by cell, what one before them says."""
    days_alone: int = 0
    """Rows that say on which day they happened, and not when."""
    bared_ids: dict[str, int] = {}
    """Column -> its ids that had blanks around them or stood in a formula."""
    forgotten: int = 0
    """Rows of people who were erased that are kept without any id."""
    by_email: bool = False
    """Whether a row names its contact by e-mail address alone."""


class Receipt(BaseModel):
    """What reading one file gave; its parts lie beside it in the ledger's folder."""

    key: str
    sha256: str
    bytes: int
    tables: list[TableReceipt]
    notes: list[str] = []
    is_empty: bool = False
    columns: list[str] = []
    """The file's columns; of JSON, those that any record has."""
    has_fixed_columns: bool = True
    """Whether every row has the same columns, as those of JSON need not."""
    keeps_facts: bool = False
    """Whether facts of people who were erased are kept without any id, where it has such."""
    files: list[ListedFile] = []
    """Every file of the reading, in the order of their paths."""

    @property
    def bears_erased(self) -> bool:
        """Whether any of its rows is one of a person who was erased."""
        return any(got.forgotten or got.reasons.get(ERASED) for got in self.tables)
