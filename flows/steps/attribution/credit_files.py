"""Credited orders in files, by groups of people, and how they are put together again."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

from contracts.columns import Rows, Table, key, no_rows
from contracts.facts.order_facts import OrderRevenue
from contracts.reports.attribution import (
    CreditedTouch,
    Paths,
    campaign_credits_contract,
    order_touches_contract,
)
from flows.folders import list_matching
from flows.runtime.materialize import materialize, write_whole
from transforms.attribution.paths import add_up_paths
from transforms.reports.attribution import add_up_campaigns, add_up_orders

TOUCHES, CAMPAIGNS, PATHS = "touches", "campaigns", "paths"
BY_MESSAGE, BY_SESSION = "by message", "by session"
"""Orders by what was their last touch, `MessageOrders` and `SessionOrders`."""
REVENUE, LIFT = "revenue", "lift"
ROWS_A_PIECE = 50_000
"""How many rows of `order_touches` are held at a time, about."""
ROWS_A_BATCH = 8_192
"""How many rows of a file are read or skipped at once: few, as a piece takes some of every file."""
ROWS_A_SAMPLE = 1_000
"""One of so many rows decides where pieces are cut."""
KEY = key(CreditedTouch)[:2]


@dataclass(frozen=True)
class CreditFiles:
    """The orders with the touches that led to them, and their sums, by groups of people.

    Attributes:
        folder: Holds `<kind>-<part>.arrow`; the touches of a part are sorted by their key.
    """

    folder: Path
    models: tuple[str, ...]

    def write(self, kind: str, part: str, rows: pl.DataFrame) -> None:
        """Write a part's rows of a kind; may be done again."""
        write_whole(rows, self.folder / f"{kind}-{part}.arrow", rows_a_batch=ROWS_A_BATCH)

    def list_parts(self, kind: str) -> list[pl.LazyFrame]:
        """The rows of a kind, part by part."""
        return [pl.scan_ipc(path) for path in list_matching(self.folder, f"{kind}-*.arrow")]

    def sum_campaigns(self) -> pl.LazyFrame:
        """The credits by day and campaign, as `campaign_credits_contract`."""
        contract = campaign_credits_contract(self.models)
        parts = self._stack(CAMPAIGNS, contract)
        return materialize(add_up_campaigns(parts, self.models), contract)

    def sum_paths(self) -> Rows[Paths]:
        """Orders and contacts by their path."""
        return materialize(add_up_paths(self._stack(PATHS, Paths)), Paths)

    def sum_orders(self, kind: str, table: type[Table]) -> pl.LazyFrame:
        """Orders by the message or session that was their last touch."""
        return materialize(add_up_orders(self._stack(kind, table), key(table)), table)

    def sum_revenue(self) -> Decimal:
        """What all orders brought, whoever is credited with it."""
        revenue = pl.col(OrderRevenue.revenue).sum()
        return self._stack(REVENUE, OrderRevenue).select(revenue).collect().item()

    def read_touches(self) -> Iterator[pl.DataFrame]:
        """The table `order_touches`, in pieces in the order of its key; one at least."""
        contract = order_touches_contract(self.models)
        parts = self.list_parts(TOUCHES)
        heights = [part.select(pl.len()).collect().item() for part in parts]
        starts = [0] * len(parts)
        for ends in [*_find_ends(parts, sum(heights)), heights]:
            rows = [
                part.slice(start, end - start)
                for part, start, end in zip(parts, starts, ends, strict=True)
            ]
            piece = pl.concat([no_rows(contract), *rows])
            ordered = piece.sort(key(contract)) if len(rows) > 1 else piece
            yield materialize(ordered, contract).collect()
            starts = ends

    def _stack(self, kind: str, contract: type[Table]) -> pl.LazyFrame:
        return pl.concat([no_rows(contract), *self.list_parts(kind)])


def _find_ends(parts: list[pl.LazyFrame], rows: int) -> list[list[int]]:
    """Where pieces of about equal size end within each of several sorted parts."""
    if rows <= ROWS_A_PIECE:
        return []
    samples = pl.concat([part.select(KEY).gather_every(ROWS_A_SAMPLE) for part in parts])
    bounds = samples.sort(KEY).collect().gather_every(ROWS_A_PIECE // ROWS_A_SAMPLE)[1:].rows()
    before = [
        (pl.col(KEY[0]) < org_id) | ((pl.col(KEY[0]) == org_id) & (pl.col(KEY[1]) < order_id))
        for org_id, order_id in bounds
    ]
    counts = pl.concat(
        [part.select(one.sum().alias(f"{n}") for n, one in enumerate(before)) for part in parts]
    ).collect()
    return [counts.get_column(name).to_list() for name in counts.columns]
