"""What the page is made of: tabs of blocks, of headlines, charts and tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flows.page.figures import Cell
from flows.page.pieces import FEWEST_ROWS, MOST_ROWS

V = TypeVar("V")
TITLES = {"sms": "SMS", "whatsapp": "WhatsApp", "rcs": "RCS"}
"""Tabs whose names are not words."""


def name_tab(name: str) -> str:
    """What a reader calls a tab."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Column:
    """A column of a table on the page."""

    title: str
    kind: str


@dataclass(frozen=True)
class Rows:
    """A row, and the finer rows that it opens into, which may open in turn.

    Attributes:
        least: With which limit of rows a row below another is shown, at least.
        most: And at most.
    """

    cells: tuple[Cell, ...]
    finer: tuple["Rows", ...] = ()
    least: int = FEWEST_ROWS
    most: int = MOST_ROWS


@dataclass(frozen=True)
class TableView:
    """A table on the page: the rows that it may show, of how many there are."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Rows, ...]
    total: int
    source: str
    note: str = ""


@dataclass(frozen=True)
class Headline:
    """A headline figure, and what it was in the period before."""

    title: str
    cell: Cell
    before: Cell | None = None
    change: Cell | None = None


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, its path in the chart's units, its highest point's day."""

    name: str
    path: str
    highest: Cell
    day: str


@dataclass(frozen=True)
class ChartView:
    """Lines over days, to be drawn as SVG."""

    title: str
    lines: tuple[Line, ...]
    first_day: str
    last_day: str
    top: Cell
    summary: str


@dataclass(frozen=True)
class Block:
    """A part of a tab; one that is of a period is shown while that is chosen."""

    title: str = ""
    period: str = ""
    headlines: tuple[Headline, ...] = ()
    charts: tuple[ChartView, ...] = ()
    tables: tuple[TableView, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.headlines or self.charts or self.tables or self.notes)


@dataclass(frozen=True)
class Tab:
    """A tab of the page."""

    name: str
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return name_tab(self.name)


def only_made(views: Iterable[V | None]) -> tuple[V, ...]:
    """The views of which there is something to show."""
    return tuple(view for view in views if view is not None)


def make_tab(name: str, blocks: Sequence[Block], *, nothing: str) -> Tab:
    """A tab, or the sentence that says why none of its blocks shows anything."""
    is_empty = all(block.is_empty for block in blocks)
    return Tab(name, (Block(notes=(nothing,)),) if is_empty else tuple(blocks))


@dataclass(frozen=True)
class Answer:
    """A question that is asked every day, and its answer in a sentence of texts and figures."""

    question: str
    parts: tuple[Cell, ...]
    tab: str
    tone: str

    @property
    def title(self) -> str:
        """What a reader calls the tab that says more."""
        return name_tab(self.tab)


@dataclass(frozen=True)
class Page:
    """The page around its tabs.

    Attributes:
        facts: What holds for all figures.
        periods: Name and title of each period that a reader chooses from.
        answers: The answers to the questions of every day, as HTML.
        tabs: The tabs, without what is in them.
        keys: The columns that tell the rows of each table apart.
        notes: What is said where there is nothing to report.
    """

    title: str
    facts: tuple[Cell, ...]
    periods: tuple[tuple[str, str], ...]
    answers: str
    tabs: tuple[Tab, ...]
    currency: str
    timezone: str
    keys: Mapping[str, Sequence[str]]
    notes: tuple[str, ...]
