"""`[[feeds]]`: some files of a workspace, and how they are read (SPEC §3)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from contracts import columns
from contracts.config.cell_forms import (
    BOTH_MARKS,
    DecimalMark,
    NegativeForm,
    ThousandsMark,
    Unit,
    require_forms,
)
from contracts.config.nearest_names import unknown
from contracts.config.setting_types import (
    DELIMITER_PATTERN,
    FEED_NAME_PATTERN,
    Duration,
    Encoding,
    FeedPath,
    Section,
    Share,
    StampFormats,
    Symbol,
    TimeZone,
    TotalRow,
    problem,
)
from contracts.config.source_mapping import Expression
from contracts.feeds import FEEDS


class FeedSection(Section):
    """`[[feeds]]`: some files, and how they are read as canonical tables."""

    table: str | None = Field(
        None,
        description="canonical table of a file with our columns",
        examples=["contacts"],
        json_schema_extra={"enum": [*FEEDS]},
    )
    source: str | None = Field(
        None,
        description="a vendor's file: the mapping that ships with the product or lies in sources/",
        examples=["google_ads.report"],
    )
    files: FeedPath = Field(
        description="glob below the workspace, whose folder must exist; or of objects: "
        "s3://bucket/prefix/*.csv",
        examples=["raw/ads/*.csv"],
    )
    name: str | None = Field(
        None,
        description="how messages and quarantine call the feed; default the source or table",
        examples=["email_opens"],
        pattern=FEED_NAME_PATTERN,
    )
    columns: dict[str, Expression] = Field(
        {},
        description="our column = the file's; each must be in each file",
        examples=[{"spend": "Kosten"}],
    )
    constants: dict[str, str] = Field(
        {},
        description="our column = one value for every row",
        examples=[{"event_type": "email_opened"}],
    )
    values: dict[str, dict[str, str]] = Field(
        {},
        description="our column = { the file's word = ours }, in any case",
        examples=[{"event_type": {"geöffnet": "email_opened"}}],
    )
    formats: dict[str, StampFormats] = Field(
        {},
        description="our column = strptime format of days and stamps that are not ISO 8601, or "
        "several to try in turn (%s: Unix seconds); one that reads no whole day is an error",
        examples=[{"occurred_at": "%d.%m.%Y %H:%M"}],
    )
    units: dict[str, Unit] = Field(
        {},
        description="our column = what its numbers count: of amounts micros, cents or percent, of "
        "stamps unix_seconds, unix_milliseconds, unix (by magnitude) or excel_days",
        examples=[{"occurred_at": "unix_milliseconds"}],
    )
    decimal: DecimalMark | None = Field(
        None,
        description="the decimal mark of numbers, also of a shipped source; default the source's, "
        "or '.'; a decimal comma makes '.' the mark of thousands",
        examples=[","],
    )
    thousands: ThousandsMark | None = Field(
        None,
        description="the mark between groups of three digits; default the source's, or none",
        examples=[" "],
    )
    negatives: NegativeForm | None = Field(
        None,
        description="how numbers below zero are written beside -1: in brackets, or with the sign "
        "behind; default the source's, or no other way",
        examples=["(1)"],
    )
    symbols: tuple[Symbol, ...] = Field(
        (), description="texts taken off the ends of numbers", examples=[["€"]]
    )
    total_rows: tuple[TotalRow, ...] = Field(
        (),
        description="how rows at the end begin that only add up; 'Total$' is a whole cell",
        examples=[["Gesamt"]],
    )
    without: tuple[str, ...] = Field(
        (),
        description="our columns that this feed's files are known not to have: null, no warning",
        examples=[["conversions"]],
    )
    encoding: Encoding | None = Field(
        None, description="detected where not given", examples=["cp1252"]
    )
    delimiter: str | None = Field(
        None,
        pattern=DELIMITER_PATTERN,
        description="detected where not given",
        examples=[";"],
    )
    null_values: tuple[str, ...] = Field(
        (), description="texts that mean no value", examples=[["NA"]]
    )
    timezone: TimeZone | None = Field(
        None,
        description="of stamps that carry no offset; default the source's, or UTC",
        examples=["Europe/Paris"],
    )
    conversions: tuple[str, ...] = Field(
        (),
        description="names of the conversions that count, for platforms that report by name",
        examples=[["purchase"]],
    )
    repeats: Literal["replace", "add"] = Field(
        "replace",
        description="of ad figures, what rows of one key in a later file do",
        examples=["add"],
    )
    on_refused: Literal["fail", "skip"] = Field(
        "fail",
        description="whether a file that cannot be read stops the run or is left out",
        examples=["skip"],
    )
    expect_every: Duration | None = Field(
        None,
        description="the feed is late if more has passed since its newest day or stamp",
        examples=["1d"],
    )
    on_late: Literal["warn", "fail"] = Field(
        "warn",
        description="what a feed does that is late or breaks min_rows or max_drop: a warning, "
        "or exit 3",
        examples=["fail"],
    )
    min_rows: int | None = Field(
        None, ge=1, description="rows that new files have at least", examples=[1000]
    )
    max_drop: Share | None = Field(
        None, description="by which share new rows may fall below the usual ones", examples=[0.5]
    )

    @model_validator(mode="after")
    def reads_one_thing(self) -> Self:
        """A feed names a table or a source, and only columns of that table."""
        if (self.table is None) == (self.source is None):
            msg = "a feed names either a table or a source"
            raise problem(msg)
        if self.table is None:
            return self
        if (self.decimal or ".") == self.thousands:
            raise problem(BOTH_MARKS, "thousands")
        if self.table not in FEEDS:
            raise problem(unknown("table", self.table, FEEDS), "table")
        known = columns.columns(FEEDS[self.table])
        for section, name in self.named_columns():
            if name not in known:
                raise problem(unknown(f"column of {self.table}", name, known), section, name)
        require_forms(self.formats, self.units, self.table)
        return self

    def named_columns(self) -> list[tuple[str, str]]:
        """Every canonical column that the feed's settings name, with the setting."""
        settings = {
            "columns": self.columns,
            "constants": self.constants,
            "values": self.values,
            "formats": self.formats,
            "units": self.units,
            "without": self.without,
        }
        return [(setting, name) for setting, named in settings.items() for name in named]

    @property
    def label(self) -> str:
        """How messages and quarantine call the feed."""
        return self.name or self.source or self.table or ""
