"""The types of settings, each with the sentence that a wrong value is answered with."""

import re
import warnings
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)
from pydantic_core import PydanticCustomError

from contracts.channels import NO_CHANNELS
from contracts.config.nearest_names import guess
from contracts.feeds.orders import CURRENCY_PATTERN
from contracts.vocabulary import NAME_PATTERN

PROBLEM = "problem"
"""The type of the errors that come with a sentence for the user, in `ctx["problem"]`."""
WINDOWS_PATH = re.compile(r"[A-Za-z]:|\\")
"""How a path begins on a system that runs do not know."""
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/")
"""How an address of another place begins; a drive of Windows has one letter."""
STORE_PATTERN = re.compile(r"s3://[^/*?\[\]]+/.*[^/]")
"""A glob of objects in a store: the bucket is named whole."""
WRITTEN_BY_RUNS = ("reports", "quarantine", "state")
"""The folders of a workspace that hold no feeds."""
DELIMITER_PATTERN = r"^[\t !#-/:-@\[-^`{-~]$"
FEED_NAME_PATTERN = r"^\w[\w .()-]*$"
"""What a feed may be called: its name becomes a file's."""
DURATION_PATTERN = r"^[1-9]\d{0,4}[hdw]$"
"""A number of hours, days or weeks, of five digits at most."""
MEMORY_PATTERN = r"^[1-9]\d*(\.\d+)? ?[MGT]i?B$"
"""A number of mega-, giga- or terabytes."""
DASK_PATTERN = r"^[a-z]+://[^/\s]+:\d+$"
"""A Dask scheduler's address."""
OF_NUMBERS = frozenset(("", *"+-\N{MINUS SIGN}().,'"))
"""What symbols may not be: signs, brackets and marks are parts of the numbers themselves."""

WRITTEN = datetime(2026, 3, 4, 13, 5, 6, tzinfo=UTC)
"""A stamp that is written and read back to try a format."""
UTF_8 = "utf-8"
ENCODINGS = {
    "utf-8": UTF_8,
    "utf8": UTF_8,
    "utf-8-sig": UTF_8,
    "utf-16": "utf-16",
    "utf16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-16be": "utf-16-be",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "ascii": UTF_8,
    "us-ascii": UTF_8,
    **{f"{name}{page}": f"cp{page}" for page in range(1250, 1259) for name in ("cp", "windows-")},
    "iso-8859-2": "iso8859-2",
    "iso-8859-9": "cp1254",
    "iso-8859-15": "iso8859-15",
    "koi8-r": "koi8-r",
    "mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "shift-jis": "cp932",
    "cp932": "cp932",
    "euc-kr": "cp949",
    "cp949": "cp949",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
}
"""What a text encoding may be called -> which it is.

Files said to be Latin-1 are Windows-1252, as browsers read them (WHATWG): where Latin-1 has control
characters, which no text bears, that has the euro sign, dashes and typographic quotes.
"""


class Section(BaseModel):
    """A section of the configuration: it knows its keys and is never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def problem(sentence: str, *path: str) -> PydanticCustomError:
    """An error with a sentence for the user.

    Args:
        sentence: What is wrong and what would be right.
        path: At which key of the section it is, where the whole section is checked.
    """
    return PydanticCustomError(PROBLEM, "{problem}", {"problem": sentence, "path": path})


def check_time_zone(name: str) -> str:
    """The name itself, where the time zone database has it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        zones = (zone for zone in available_timezones() if "/" in zone)
        hint = guess(name, zones, "; the IANA names count, as 'Europe/Paris'")
        msg = f"unknown time zone {name!r}{hint}"
        raise problem(msg) from error
    return name


def check_feed_path(glob: str) -> str:
    """The glob itself, where it can only lead to feed files below the workspace or in a store."""
    parts = PurePosixPath(glob).parts
    if any("**" in part and part != "**" for part in parts) or parts[-1:] == ("**",):
        msg = "has ** beside other characters or at its end; it stands for folders: 'raw/**/*.csv'"
        raise problem(msg)
    if STORE_PATTERN.fullmatch(glob) and ".." not in parts:
        return glob
    if ADDRESS.match(glob):
        sentence = (
            "is an address of another kind than 's3://bucket/prefix/*.csv'; give one of that kind, "
            "or a path below the workspace, as 'raw/contacts/*.csv'"
        )
    elif glob.startswith("/") or WINDOWS_PATH.match(glob) or ".." in parts:
        sentence = "leads out of the workspace; give a path below it, as 'raw/contacts/*.csv'"
    elif not parts:
        sentence = "names no file; give a path below the workspace, as 'raw/contacts/*.csv'"
    elif parts[0] in WRITTEN_BY_RUNS:
        sentence = f"reads what runs write into {parts[0]}/; keep feed files elsewhere, as in raw/"
    else:
        return glob
    raise problem(sentence)


def check_channel(name: str) -> str:
    """The name itself, where a group of tables can bear it."""
    if name in NO_CHANNELS:
        msg = f"{name!r} is not a channel: tables of another kind have that name; name it otherwise"
        raise problem(msg)
    return name


def name_encoding(given: str) -> str:
    """The encoding that a name means, whatever its case."""
    encoding = ENCODINGS.get(given.strip().lower().replace("_", "-"))
    if encoding is None:
        hint = guess(given, ENCODINGS, f"; use one of {', '.join(ENCODINGS)}")
        msg = f"unknown encoding {given!r}{hint}"
        raise problem(msg)
    return encoding


def check_format(form: str) -> str:
    """The strptime format itself, where a stamp that is written by it is read as of its day."""
    if "%Z" in form:
        sentence = "reads over a zone's name; write that out, as ' EST', and give its timezone"
        raise problem(sentence)
    try:
        with warnings.catch_warnings(action="ignore"):
            text = pl.Series([WRITTEN]).dt.strftime(form.replace("%#z", "%z"))
            read = text.str.to_datetime(form, time_unit="us", strict=False)
    except pl.exceptions.PolarsError:
        read = pl.Series([None], dtype=pl.Datetime("us"))
    if read.dt.date().item() != WRITTEN.date():
        msg = (
            "reads no whole day and time: a day needs its year, an hour its minutes and %I its %p; "
            "as strptime writes it: '%d.%m.%Y', '%m/%d/%Y %I:%M %p'"
        )
        raise problem(msg)
    return form


def check_symbol(symbol: str) -> str:
    """The text itself, where a number without it is the same number."""
    if symbol.strip() in OF_NUMBERS or re.search(r"\d", symbol):
        msg = (
            f"{symbol!r} is a part of numbers, and without it they are others; give signs and "
            "codes that stand beside them, as '€' or 'USD', and marks as decimal, thousands or "
            "negatives"
        )
        raise problem(msg)
    return symbol


def check_total_row(start: str) -> str:
    """The text itself, where not every row begins so."""
    if not start.removesuffix("$").strip():
        msg = "has no text, and every row begins so; give the word in a total row's first cell"
        raise problem(msg)
    return start


def write_moment(given: object) -> object:
    """A date or time of TOML's own as the text that it was; anything else as it is."""
    return given.isoformat() if isinstance(given, date) else given


TimeZone = Annotated[str, AfterValidator(check_time_zone)]
Encoding = Annotated[str, AfterValidator(name_encoding)]
Symbol = Annotated[str, AfterValidator(check_symbol)]
TotalRow = Annotated[str, AfterValidator(check_total_row)]
StampFormat = Annotated[str, AfterValidator(check_format)]
StampFormats = Annotated[
    Annotated[StampFormat, Tag("one")] | Annotated[tuple[StampFormat, ...], Tag("several")],
    Discriminator(lambda given: "several" if isinstance(given, list | tuple) else "one"),
]
Moment = Annotated[str, BeforeValidator(write_moment)]
Currency = Annotated[str, Field(pattern=CURRENCY_PATTERN)]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
ChannelName = Annotated[Name, AfterValidator(check_channel)]
FeedPath = Annotated[str, AfterValidator(check_feed_path)]
Duration = Annotated[str, Field(pattern=DURATION_PATTERN)]
Memory = Annotated[str, Field(pattern=MEMORY_PATTERN)]
DaskAddress = Annotated[str, Field(pattern=DASK_PATTERN)]
Share = Annotated[float, Field(ge=0, le=1)]
