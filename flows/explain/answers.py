"""Explanations as the command prints them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.vocabulary import MessageLevel
from flows.catalog.read_files import ReadFile
from flows.explain.ads.audit_cells import AuditCells
from flows.explain.ads.breakdown_cells import BreakdownCells
from flows.explain.ads.level_cells import PERFORMANCE, URLS, AdCells
from flows.explain.ads.source_cells import SourceCells
from flows.explain.ads.stats_rows import AdStatsRows
from flows.explain.attribution.credit_cells import SUMS, AttributionCells
from flows.explain.attribution.lift_cells import LiftCells
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.attribution.path_cells import PathCells
from flows.explain.cells import AskedCell, find_cell
from flows.explain.explanation import Explanation, NotCovered
from flows.explain.messaging.message_cells import MessageCells
from flows.explain.messaging.provider_cells import ProviderCells
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.messaging.variant_cells import VariantCells
from flows.explain.people.list_cells import ListCells
from flows.explain.people.people_cells import PeopleCells
from flows.explain.people.segment_cells import SegmentCells
from flows.explain.published_run import PublishedRun
from flows.explain.run_cells import Explain, RunCells
from flows.readers.feed_file import open_feed
from flows.readers.header import ROW_NUMBER
from flows.report_tables import EVERY_CHANNEL, find_table
from flows.steps.ads.level_reports import LEVELS
from flows.storage.raw_files import raw_content
from transforms.explain.row_places import (
    COUNTS,
    PLACE_BITS,
    ROW_PLACE,
    pack_place,
    unpack_place,
)

RAW = "raw"
RAW_ROWS = pl.Schema({ROW_PLACE: pl.UInt64, RAW: pl.String})
ROWS_SHOWN = 1000
MESSAGE_TABLES = (
    *(f"{EVERY_CHANNEL}/{level}_report" for level in MessageLevel),
    *(f"{EVERY_CHANNEL}/{name}" for name in ("daily_report", "channel_report", "link_report")),
    *("email/domain_report", "campaigns/hierarchy_report", "campaigns/delivery_summary"),
)
AD_TABLES = tuple(f"ads/{name}" for name in (*LEVELS, *PERFORMANCE, URLS))
ATTRIBUTION_TABLES = tuple(f"attribution/{name}" for name in (*SUMS, "order_touches"))


@dataclass(frozen=True)
class ExplainedCell:
    """What is said of one cell.

    Attributes:
        said: The object that the command prints.
        rows: Every row of the figure and of its operands, for a file.
        problem: What does not add up; empty where everything does.
    """

    said: dict[str, Any]
    rows: pl.DataFrame
    problem: str


class Explainer:
    """Explains figures of one published run."""

    def __init__(self, run: PublishedRun, *, shows_rows: bool = False) -> None:
        """Explain figures of a run; with the raw rows themselves where they are asked for."""
        self.run = run
        self.shows_rows = shows_rows
        orders = OrderRows(run)
        sends, stats = SendFigures(run, orders), AdStatsRows(run)
        ads = AdCells(stats, orders)
        of_tables: dict[tuple[str, ...], Explain] = {
            MESSAGE_TABLES: MessageCells(sends).explain,
            (f"{EVERY_CHANNEL}/variant_report",): VariantCells(sends).explain,
            (f"{EVERY_CHANNEL}/provider_report",): ProviderCells(sends).explain,
            AD_TABLES: ads.explain,
            ("ads/spend_sources",): SourceCells(stats).explain,
            ("ads/utm_audit",): AuditCells(stats).explain,
            ("ads/breakdown_report",): BreakdownCells(stats).explain,
            ATTRIBUTION_TABLES: AttributionCells(run, orders, sends, ads).explain,
            ("attribution/paths",): PathCells(orders).explain,
            ("attribution/holdout_lift",): LiftCells(orders).explain,
            ("people/contact_report", "people/contact_journey"): PeopleCells(sends, orders).explain,
            ("people/segment_report",): SegmentCells(sends).explain,
            ("people/list_growth",): ListCells(run).explain,
            ("run/feeds", "run/changes"): RunCells(run, self._explain).explain,
        }
        self.explain = {label: one for labels, one in of_tables.items() for label in labels}
        self.files = {file.order: file for file in run.catalog.files}

    def answer(
        self, place: tuple[str, str], key: Mapping[str, object], column: str
    ) -> ExplainedCell:
        """Explain one cell.

        Raises:
            UsageError: There is no such cell, or nothing can be said of it.
        """
        cell = find_cell(place, self.run.list_files(*place), key, column)
        return self._state(cell, self._explain(cell))

    def _explain(self, cell: AskedCell) -> Explanation:
        explain = self.explain.get(find_table(cell.group, cell.name).label)
        if explain is None:
            raise NotCovered(cell.label, cell.column)
        return explain(cell)

    def _state(self, cell: AskedCell, found: Explanation) -> ExplainedCell:
        rows = self._name_files(found.rows)
        operands = [(one, self._name_files(one.rows)) for one in found.operands]
        said = {
            "table": cell.label,
            "key": dict(cell.key),
            "column": cell.column,
            "value": cell.value,
            "formula": found.formula,
            "operands": [
                {
                    "name": one.name,
                    "value": one.value,
                    "rows": named.head(ROWS_SHOWN).to_dicts(),
                    "rows_total": named.height,
                }
                for one, named in operands
            ],
            "rows": rows.head(ROWS_SHOWN).to_dicts(),
            "rows_total": rows.height,
            "excluded": self._name_files(found.excluded).head(ROWS_SHOWN).to_dicts(),
        }
        parts = [(cell.column, rows), *((one.name, named) for one, named in operands)]
        every = pl.concat(
            [named.with_columns(pl.lit(name).alias("operand")) for name, named in parts],
            how="diagonal",
        )
        problem = found.find_problem(cell.value)
        return ExplainedCell(said, every, problem and f"{cell.label}.{cell.column}: {problem}")

    def _name_files(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give rows the feed and the path of their file in the place of its number."""
        names = pl.DataFrame(
            [(n, file.raw.feed.name, file.raw.path) for n, file in self.files.items()],
            schema={"file": pl.UInt32, "feed": pl.String, "path": pl.String},
            orient="row",
        )
        counts = [_plain(pl.col(COUNTS))] if COUNTS in rows.columns else []
        shown = [RAW] if self.shows_rows else []
        if self.shows_rows:
            places = rows.get_column(ROW_PLACE).unique().head(ROWS_SHOWN)
            raw = read_raw_rows(self.files, places)
            rows = rows.join(raw, on=ROW_PLACE, how="left", validate="m:1", maintain_order="left")
        file = pl.col("path").alias("file")
        return (
            unpack_place(rows.lazy())
            .join(names.lazy(), on="file", how="left", validate="m:1", maintain_order="left")
            .select("feed", file, "row_number", "table", *counts, "because", *shown)
            .collect()
        )


def _plain(amount: pl.Expr) -> pl.Expr:
    """An exact decimal as text, without zeros at its end."""
    text = amount.cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".").alias(COUNTS)


def read_raw_rows(files: Mapping[int, ReadFile], places: Iterable[int]) -> pl.DataFrame:
    """The rows at some places, as their files have them.

    Args:
        files: Place of a file in the order of the paths -> the file.
        places: Places of rows (`row_places.pack_place`).

    Returns:
        One row per place: `row_place` and `raw`, the row as JSON.
    """
    wanted: dict[int, list[int]] = {}
    for place in places:
        wanted.setdefault(place >> PLACE_BITS, []).append(place % 2**PLACE_BITS)
    found = [_read_file(files[order], order, numbers) for order, numbers in wanted.items()]
    return pl.concat([pl.DataFrame(schema=RAW_ROWS), *found]).unique(ROW_PLACE)


def _read_file(file: ReadFile, order: int, numbers: list[int]) -> pl.DataFrame:
    wanted = pl.col(ROW_NUMBER).is_in(numbers)
    place = pack_place(pl.lit(order))
    parts = [pl.DataFrame(schema=RAW_ROWS)]
    with raw_content(file.raw.location):
        for batch in open_feed(file.raw.location, file.raw.feed.options).batches():
            cells = pl.struct(pl.exclude(ROW_NUMBER)).struct.json_encode().alias(RAW)
            parts.append(batch.rows.filter(wanted).select(place, cells))
            parts.append(batch.broken.filter(wanted).select(place, RAW))
    return pl.concat(parts)
