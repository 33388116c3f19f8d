"""Amounts in a currency without a rate: rejected rather than added up (SPEC §4)."""

from dataclasses import replace

import polars as pl

from contracts.config.workspace import Workspace
from flows.catalog.canonical_tables import Catalog
from flows.catalog.recalled_rows import recall_rows
from flows.catalog.row_status import RowStatus
from flows.kept.keepers import Keeper
from transforms.attribution.orders import find_unpriced
from transforms.common.currency import find_unrated
from transforms.ingest.deduplication import FILE, ROW_NUMBER

UNPRICED = "unpriced"
NO_RATE = "currency: neither the workspace's nor in exchange_rates on that day"


def rates_of(catalog: Catalog) -> pl.LazyFrame | None:
    """The exchange rates, if a feed gives any."""
    return catalog.scan("exchange_rates") if catalog.has_rows("exchange_rates") else None


def reject_unpriced(catalog: Catalog, config: Workspace, keeper: Keeper | None) -> Catalog:
    """Reject the ad stats and orders whose currency has no rate on their day.

    Returns:
        The catalog without those rows.
    """
    currency, timezone = config.workspace.currency, config.workspace.timezone
    status = catalog.status
    for table, find in (("ad_stats", _find_stats), ("orders", _find_orders)):
        if catalog.has_rows(table):
            also = (catalog.identify(table), catalog.identify("exchange_rates"), currency, timezone)
            found = recall_rows(
                keeper,
                f"{table} without a rate",
                catalog.feeding(table),
                lambda find=find: {UNPRICED: find(catalog, currency, timezone)},
                also,
            )
            status = _reject(status, table, found[UNPRICED])
    return replace(catalog, status=status)


def _find_stats(catalog: Catalog, currency: str, _: str) -> pl.DataFrame:
    stats = catalog.scan_numbered("ad_stats")
    return find_unrated(stats, rates_of(catalog), currency).collect()


def _find_orders(catalog: Catalog, currency: str, timezone: str) -> pl.DataFrame:
    orders = catalog.scan_numbered("orders")
    return find_unpriced(orders, rates_of(catalog), currency, timezone).collect()


def _reject(status: RowStatus, table: str, rows: pl.DataFrame) -> RowStatus:
    if rows.is_empty():
        return status
    return status.reject(table, rows.sort(FILE, ROW_NUMBER), NO_RATE)
