"""HTML of the page's tabs, in pieces of which some are left out where a page is too large."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from flows.page.charts import HEIGHT, WIDTH
from flows.page.figures import CODE, DAY, TEXT, TIME, Cell
from flows.page.pieces import LIMITS, MOST_ROWS, PagePiece, limit_of
from flows.page.views import Block, Rows, Tab, TableView

ENTITIES = {"&": "&amp;", "'": "&#39;", "<": "&lt;", ">": "&gt;"}
"""What is escaped between apostrophes, the ampersand first."""
CLASSES = {DAY: ' class="w"', TIME: ' class="w"', CODE: ' class="c"', TEXT: ""}
NUMERIC = ' class="n"'
OPENER = (
    '<button type="button" class="open" aria-expanded="false" '
    'aria-label="Show what is below {0}">▸</button>{0}'
)


@cache
def read_templates() -> Environment:
    """The page's templates, compiled once for all workspaces: every text is escaped."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("flows.page"),
    )
    environment.filters["quoted"] = _quote
    return environment


@cache
def read_template(name: str) -> str:
    """The text of a file of the page, read once for all workspaces."""
    return files("flows.page").joinpath("templates", name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class TabWriter:
    """Writes tabs.

    Attributes:
        parts: The macros of parts.html.
        period: The period that is chosen at first.
    """

    parts: Any
    period: str

    def write(self, tab: Tab) -> list[PagePiece]:
        """Write a tab with all the rows that it may show."""
        pieces = [
            PagePiece(self.parts.tab_start(tab)),
            *(
                piece
                for number, block in enumerate(
                    (one for one in tab.blocks if not one.is_empty), start=1
                )
                for piece in self._write_block(block, f"{tab.name}-{number}")
            ),
            PagePiece("</section>\n"),
        ]
        return [
            PagePiece("".join(text for text, *_ in those), *limits)
            for limits, those in groupby(pieces, key=lambda one: one[1:])
        ]

    def _write_block(self, block: Block, place: str) -> Iterator[PagePiece]:
        yield PagePiece(self.parts.block_start(block, self.period, (WIDTH, HEIGHT)))
        for number, view in enumerate(block.tables, start=1):
            yield from self._write_table(view, f"{place}-{number}")
        yield PagePiece("</div>\n")

    def _write_table(self, view: TableView, name: str) -> Iterator[PagePiece]:
        yield PagePiece(self.parts.table_start(view, name))
        yield from self._count_rows(view)
        yield PagePiece(self.parts.table_head(view, name))
        for place, row in enumerate(view.rows):
            least = limit_of(place)
            yield PagePiece("<tbody>", least)
            yield from _write_rows(row, 0, least, MOST_ROWS)
            yield PagePiece("</tbody>\n", least)
        yield PagePiece("</table></div>\n</section>\n")

    def _count_rows(self, view: TableView) -> Iterator[PagePiece]:
        """How many rows of how many are shown, for each limit of rows."""

        def count(limit: int) -> int:
            return sum(limit_of(place) <= limit for place in range(len(view.rows)))

        for shown, limits in groupby(LIMITS, key=count):
            those = [*limits]
            yield PagePiece(self.parts.table_count(view, shown), min(those), max(those))


def _write_rows(row: Rows, depth: int, least: int, most: int) -> Iterator[PagePiece]:
    below = f' class="finer l{depth}" data-level="{depth}" hidden' if depth else ""
    first, *others = row.cells
    text = escape(first.text)
    head = OPENER.format(text) if row.finer else text
    cells = "".join(map(_write_cell, others))
    html = f'<tr{below}><th scope="row"{_write_attributes(first)}>{head}</th>{cells}</tr>\n'
    yield PagePiece(html, least, most)
    for finer in row.finer:
        yield from _write_rows(finer, depth + 1, max(least, finer.least), min(most, finer.most))


def _write_cell(cell: Cell) -> str:
    focus = ' tabindex="-1"' if cell.is_figure else ""
    bar = "" if cell.share is None else _write_bar(cell.share)
    kind = CLASSES.get(cell.kind, NUMERIC)
    return f"<td{_write_attributes(cell)}{focus}{kind}>{escape(cell.text)}{bar}</td>"


def _write_bar(share: float) -> str:
    return (
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{share * 100:.1f}" height="6"/></svg>'
    )


def _write_attributes(cell: Cell) -> str:
    where = (
        f" data-table=\"{escape(cell.table)}\" data-key='{_quote(cell.key)}'"
        f' data-column="{escape(cell.column)}"'
        if cell.is_figure
        else ""
    )
    value = f' data-value="{escape(cell.value)}"' if cell.value else ""
    kind = f' data-kind="{cell.kind}"' if cell.kind not in (TEXT, CODE) else ""
    return f"{where}{value}{kind}"


def _quote(text: str) -> Markup:
    """A text between apostrophes, where quotation marks may stay: keys are half as long so."""
    for character, entity in ENTITIES.items():
        text = text.replace(character, entity)
    return Markup(text)  # noqa: S704 - what could end the attribute is escaped above
