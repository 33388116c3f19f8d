"""The run manifest (SPEC §8): what was read, what was written, and the proof that they agree."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

RUN_ID_PATTERN = r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$"
"""The one form of a run's id: its start in UTC, and six hexadecimal digits."""
RUN_ID_SECOND = "%Y%m%dT%H%M%SZ"
"""Its first part, as strptime has it."""


def path_below(path: str) -> str:
    """The path itself, where it leads from the workspace to a place below it."""
    if path.startswith("/") or ".." in path.split("/"):
        msg = "a path of the manifest lies below the workspace"
        raise ValueError(msg)
    return path


def an_instant(text: str) -> str:
    """The text itself, where it is an instant as `write_instant` has it."""
    if write_instant(datetime.fromisoformat(text)) != text:
        msg = "no instant in UTC"
        raise ValueError(msg)
    return text


STATE = re.compile(r"[^\W\d][\w ()./-]{0,39}|\([\w ()./-]{1,39}")


def looks_like_a_state(word: str) -> bool:
    """Whether a cell's text can say what a row is, as `paid`."""
    return STATE.fullmatch(word) is not None


def may_be_quoted(word: str, rows: int) -> bool:
    """Whether the text of so many rows' cells says what they are: another one may be a person's.

    So may a word with a capital that stands in one row alone: where cells slipped, it is a name.
    """
    return looks_like_a_state(word) and (rows > 1 or not word[0].isupper())


RunId = Annotated[str, Field(pattern=RUN_ID_PATTERN)]
PathBelow = Annotated[str, AfterValidator(path_below)]


class Record(BaseModel):
    """One entry of the manifest."""

    model_config = ConfigDict(extra="allow", frozen=True)


class InputFile(Record):
    """One file, or one table of a flat file that feeds several."""

    path: PathBelow
    sha256: str
    bytes: int
    feed: str
    table: str
    rows_read: int = 0
    accepted: int = 0
    rejected: int = 0
    superseded: int = 0
    duplicates: int = 0
    erased: int = 0
    """How many of the rejected are rows of people who were erased."""
    refused: str | None = None
    first_at: str | None = None
    """When its first row happened: a day, or an instant in UTC."""
    last_at: str | None = None
    org_id: str | None = None
    """Whose all of its rows are, where the feed says so and not the rows."""


class PastInput(BaseModel):
    """What later runs ask of an `InputFile`: a year's manifests have a million of them."""

    model_config = ConfigDict(frozen=True)

    feed: str
    table: str
    sha256: str
    rows_read: int = 0
    refused: str | None = None


class PastRun(BaseModel):
    """Which run a manifest is of; its other entries are not looked at."""

    model_config = ConfigDict(frozen=True)

    run_id: RunId
    finished_at: str


class PastInputs(PastRun):
    """What a manifest says that a run read."""

    inputs: list[PastInput]


class OutputTable(Record):
    """One published table (or file of a table written as a dataset)."""

    group: str
    table: str
    path: PathBelow
    rows: int
    bytes: int
    sha256: str


class Check(Record):
    """One reconciliation: a figure reached by two ways."""

    name: str
    expected: int | str
    actual: int | str
    holds: bool


class Warned(Record):
    """Something that a person should look at; extra keys carry what only one code has.

    Attributes:
        code: What it is, in a word that stays (SPEC §8).
        message: One sentence with counts and the setting that decides; no personal data.
        feed: The feed that is meant, where one is.
        path: The file that is meant, where one is.
        count: How many rows, files or things it is about.
        amount: The money at stake in the reporting currency, as text, where money is concerned.
        setting: The key of the configuration that decides it, where there is one.
    """

    code: str
    message: str
    feed: str | None = None
    path: str | None = None
    count: int | None = None
    amount: str | None = None
    setting: str | None = None


class Manifest(Record):
    """manifest.json as a whole."""

    run_id: str
    started_at: str
    finished_at: str
    code_version: str
    config_sha256: str
    inputs: list[InputFile]
    outputs: list[OutputTable]
    reconciliation: list[Check]
    warnings: list[Warned]


class AttemptEnd(Record):
    """state/last_attempt.json: how the last attempt to publish ended.

    Attributes:
        outcome: `published`, `refused` (the data forbade it) or `failed`.
        exit_code: As the command's (SPEC §9).
        message: What stopped it; empty where it published.
        hint: What to do about that.
    """

    run_id: str
    started_at: str
    finished_at: str
    outcome: str
    exit_code: int
    message: str = ""
    hint: str = ""


class Pointer(Record):
    """current.json: which snapshot is published."""

    run_id: RunId
    snapshot: str
    published_at: Annotated[str, AfterValidator(an_instant)]
    manifest_sha256: str = ""

    @model_validator(mode="after")
    def names_the_run_s_snapshot(self) -> Self:
        """The snapshot is the run's own."""
        if self.snapshot != f"snapshots/{self.run_id}":
            msg = "the snapshot is another run's"
            raise ValueError(msg)
        return self


class Journal(Record):
    """state/publishing.json: which run is being published at this moment."""

    run_id: RunId


def write_instant(at: date, timespec: str = "auto") -> str:
    """A day, or an instant in UTC, as manifest and commands say it: ISO 8601 with `Z`."""
    if not isinstance(at, datetime):
        return at.isoformat()
    instant = at.astimezone(UTC) if at.tzinfo else at
    return instant.isoformat(timespec=timespec).replace("+00:00", "Z")


def count_of(number: int, noun: str) -> str:
    """A number of something in a message: `1 row`, `1,204 rows`, `2 addresses`."""
    ending = "es" if noun.endswith(("s", "ch")) else "s"
    return f"{number:,} {noun}{'' if number == 1 else ending}"
