"""Source mappings: how one vendor's file becomes canonical tables (SPEC §4.3).

A mapping is a TOML file in contracts/sources, named `<vendor>.<file>.toml`. Its grammar is the
models below; loading it from disk is not the contract's business.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
from contracts.config.setting_types import StampFormats, Symbol, TotalRow, problem
from contracts.feeds import FEEDS


class Strict(BaseModel):
    """A model that knows its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Slice(Strict):
    """The part of a column's text that a regular expression's first group takes."""

    column: str
    extract: str


class Like(Strict):
    """The first column whose whole name a regular expression matches, in any case.

    For names that tell more than what the column holds, as `Amount spent (USD)` its currency.
    """

    like: str


class InHeader(Strict):
    """What the first group of a regular expression takes from the column name that it matches."""

    in_header: str


class Joined(Strict):
    """Texts of several columns joined, as for an id that needs two of them; empty if one is."""

    join: tuple[str | Slice, ...] = ()
    optional: tuple[str, ...] = ()
    """Further columns, joined on where they have a value; they never make the whole empty."""
    separator: str = ":"

    @model_validator(mode="after")
    def joins_a_column(self) -> "Joined":
        """Something is joined."""
        if not self.join and not self.optional:
            msg = "a join names at least one column"
            raise ValueError(msg)
        return self


class Labels(Strict):
    """Words for the columns that have a value in the row, joined by `_`, as `age_gender`."""

    labels: dict[str, str] = Field(min_length=1)
    """File column -> its word."""


class PageUrl(Strict):
    """A page's URL, with the parameters added that the tracker holds in columns of their own.

    A parameter that the URL names itself, in any case, stays as it is there.
    """

    url: "str | FirstOf"
    parameters: "dict[str, str | FirstOf]" = Field(min_length=1)
    """Query parameter -> the column of its value, not percent-encoded."""


class SumOf(Strict):
    """The sum of several numeric columns; empty ones count 0, all empty gives empty."""

    sum: tuple[str, ...] = Field(min_length=1)
    minus: tuple[str, ...] = ()
    """Numeric columns that are taken off the sum, where it has a value."""


class FirstOf(Strict):
    """The first of several columns, or of what is read from them, that has a value."""

    first: "tuple[str | Slice | Like | InHeader | Joined | Labels | SumOf | FirstInFile, ...]" = (
        Field(min_length=1)
    )


class FirstInFile(Strict):
    """The first of several columns that the file has, in every row: an empty cell stays empty.

    For columns that measure differently, as clicks on a link and clicks anywhere.
    """

    first_in_file: tuple[str | Like, ...] = Field(min_length=1)


Expression = (
    str | FirstOf | FirstInFile | SumOf | Joined | Slice | Like | InHeader | Labels | PageUrl
)
"""Where a canonical column's value comes from: a column of the file, or a few of them."""


class Period(Strict):
    """The first and the last day that a row covers; one that covers several is rejected.

    Both are parsed as the table's days are. Where the file lacks either, rows cover their day.
    """

    start: Expression
    end: Expression
    is_whole: bool = False
    """Whether the vendor never writes one without the other: a start alone refuses the file."""


NAMING_COLUMNS = (
    "columns",
    "optional",
    "rare",
    "constants",
    "defaults",
    "values",
    "snake_case",
    "units",
    "formats",
    "unless_all_empty",
)
"""The settings of a table's mapping that name canonical columns."""


class TableMapping(Strict):
    """How the rows of a file become rows of one canonical table.

    A column of the file is found by its name trimmed and in any case. Every column of `columns`
    that is not in `optional` must be in each file (of a FirstOf, one of its columns), else the file
    is refused. Of the optional ones a metric, id or name that a file lacks is a warning
    (`column_missing`).
    """

    table: str
    columns: dict[str, Expression] = {}
    optional: tuple[str, ...] = ()
    """Canonical columns that a file may lack; never one that the table requires."""
    rare: tuple[str, ...] = ()
    """Those of the optional columns that most files of the vendor lack: without a warning."""
    period: Period | None = None
    constants: dict[str, str] = {}
    """Canonical column -> its value in every row in which the file gives none."""
    defaults: dict[str, str] = {}
    """Canonical column -> its value in every row of a file that lacks the column."""
    members: dict[str, Expression] = {}
    """Member of `attributes` -> where its value comes from, for columns that hold several."""
    values: dict[str, dict[str, str]] = {}
    """Canonical column -> text in the file (compared trimmed, in any case) -> our word.

    A text that ends in `*` stands for every text that begins so and is not listed; the longest
    such beginning counts. An empty word is not a value. A text that none of them is stays as it is.
    """
    snake_case: tuple[str, ...] = ()
    """Canonical columns whose text, where `values` does not list it, becomes snake_case.

    `storeVisit` and `Store Visit` become `store_visit`: an underscore at each change from a small
    letter or digit to a capital and before the last capital of a run that a small letter follows,
    all small, every run of other characters than letters and digits one underscore, none at the
    ends.
    """
    units: dict[str, Unit] = {}
    """Canonical column -> how its cells are counted; stamps that are ISO 8601 still hold."""
    formats: dict[str, StampFormats] = {}
    """Canonical column -> strptime format of stamps that are not ISO 8601; ISO ones still hold.

    Of several formats, none of which reads what another one reads otherwise, the first that fits.
    """
    when: dict[str, tuple[str, ...]] = {}
    """File column -> values: only such rows feed this table; the others are not rows of it."""
    unless: dict[str, tuple[str, ...]] = {}
    """File column -> values: such rows are not rows of this table. A file may lack the column."""
    unless_empty: tuple[str, ...] = ()
    """File columns: rows in which one of them is empty are not rows of this table."""
    unless_all_empty: tuple[str, ...] = ()
    """Canonical columns: rows that give a value to none of them are not rows of this table."""
    takes_custom_columns: bool = True
    """Whether columns that no mapping names become this table's attributes."""
    attributes_prefix: str = ""
    """What to strip from the names of custom columns (Acquia's `c_`)."""

    @model_validator(mode="after")
    def names_real_columns(self) -> "TableMapping":
        """Every canonical name in the mapping is a column of its table."""
        if self.table not in FEEDS:
            raise problem(unknown("table", self.table, FEEDS), "table")
        known = columns.columns(FEEDS[self.table])
        for setting in NAMING_COLUMNS:
            for name in getattr(self, setting):
                if name not in known:
                    raise problem(unknown(f"column of {self.table}", name, known), setting, name)
        require_forms(self.formats, self.units, self.table)
        return self


class Source(Strict):
    """One vendor's file: its tables and how its text is to be read."""

    description: str
    tables: tuple[TableMapping, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()
    """File columns that are read by no table and become no attribute (bookkeeping, personal)."""
    synonyms: dict[str, tuple[str, ...]] = {}
    """Column of the mapping -> its names in the vendor's exports in other languages."""
    other_reports: dict[str, str] = {}
    """Column -> the source that reads files which have it: this one refuses them."""
    longer_periods: tuple[str, ...] = ()
    """Lines of a preamble, in any case, that say that each row covers more than a day.

    Such a file is refused: its days would be the first ones of weeks or months.
    """
    leaves_other_rows: bool = False
    """Whether rows that none of the tables takes are something else and left out, not rejected."""
    timezone: str | None = None
    """Of stamps without offset; the feed's `timezone` wins."""
    null_values: tuple[str, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    """Texts taken off numbers, as `€`; the feed's are added."""
    total_rows: tuple[TotalRow, ...] = ()
    """How the first filled cell of a total row or footer begins, in any case: no data.

    One that ends in `$` is the whole cell.
    """
    naming_columns: tuple[str, ...] = ()
    """Columns of which, as far as a file has any, each row of data fills one.

    A row that fills none, directly below the header or at the end, only adds up the others.
    """
    decimal: DecimalMark = "."
    """Of numbers; the feed's `decimal` wins."""
    thousands: ThousandsMark | None = None
    negatives: NegativeForm | None = None
    conversions: tuple[str, ...] = ()
    """Names of the conversions that count unless the feed names others; none named: all count."""
    no_data: tuple[str, ...] = ()
    """What a file without data says in place of rows, in any case ("No data available.")."""
    flatten: tuple[str, ...] = ()
    """Dotted paths into nested JSON that are columns of the file.

    A step is a member's name, the place in an array, `*` for whichever member has the rest of the
    path, `name=text` for the first object of an array whose member of that name is that text
    (`event_params.key=page_location.value.string_value`), or `+` for the sum of what the objects of
    an array have at the rest of the path.
    """

    @model_validator(mode="after")
    def maps_each_table_once(self) -> Self:
        """Rows of a second mapping of a table would replace those of the first."""
        tables = [one.table for one in self.tables]
        for place, table in enumerate(tables):
            if table in tables[:place]:
                msg = (
                    f"{table!r} is mapped twice: read both in one mapping (first = […]), or in a "
                    "source of its own, with a feed of the same files"
                )
                raise problem(msg, "tables")
        return self

    @model_validator(mode="after")
    def tells_marks_apart(self) -> Self:
        """A comma or point is either the decimal mark or that of thousands."""
        if self.decimal == self.thousands:
            raise problem(BOTH_MARKS, "thousands")
        return self
