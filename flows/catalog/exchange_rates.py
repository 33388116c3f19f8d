"""Amounts in a currency without a rate: rejected rather than added up (SPEC §4)."""

from dataclasses import replace

import polars as pl

from contracts.config.workspace import Workspace
from contracts.feeds import Orders
from flows.catalog.canonical_tables import Catalog
from flows.catalog.row_status import RowStatus
from transforms.attribution.orders import price_orders
from transforms.common.currency import split_unpriced
from transforms.ingest.deduplication import FILE, ROW_NUMBER

NO_RATE = "currency: neither the workspace's nor in exchange_rates on that day"


def rates_of(catalog: Catalog) -> pl.LazyFrame | None:
    """The exchange rates, if a feed gives any."""
    return catalog.scan("exchange_rates") if catalog.has_rows("exchange_rates") else None


def reject_unpriced(catalog: Catalog, config: Workspace) -> Catalog:
    """Reject the ad stats and orders whose currency has no rate on their day.

    Returns:
        The catalog without those rows.
    """
    currency = config.workspace.currency
    status = catalog.status
    if catalog.has_rows("ad_stats"):
        stats = catalog.scan_numbered("ad_stats")
        _, unpriced = split_unpriced(stats, rates_of(catalog), currency)
        status = _reject(status, "ad_stats", unpriced.collect())
    if catalog.has_rows("orders"):
        orders = catalog.scan_numbered("orders")
        priced = price_orders(
            orders, catalog.scan("exchange_rates"), currency, config.workspace.timezone
        )
        keys = [Orders.org_id, Orders.order_id]
        unknown = priced.filter(pl.col(Orders.revenue).is_null()).select(keys)
        status = _reject(status, "orders", orders.join(unknown, on=keys, how="semi").collect())
    return replace(catalog, status=status)


def _reject(status: RowStatus, table: str, rows: pl.DataFrame) -> RowStatus:
    if rows.is_empty():
        return status
    return status.reject(table, rows.sort(FILE, ROW_NUMBER), NO_RATE)
