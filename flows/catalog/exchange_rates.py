"""Amounts in a currency without a rate: rejected rather than added up (SPEC §4)."""

from dataclasses import replace
from functools import partial

import polars as pl

from contracts.config.workspace import Workspace
from flows.catalog.canonical_tables import Catalog
from flows.catalog.recalled_rows import Frames, recall_rows
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
    for table in ("ad_stats", "orders"):
        if catalog.has_rows(table):
            found = recall_rows(
                keeper,
                f"{table} without a rate",
                catalog.feeding(table),
                partial(_find_unpriced, catalog, table, currency, timezone),
                (catalog.identify(table), catalog.identify("exchange_rates"), currency, timezone),
            )[UNPRICED]
            if found.height:
                status = status.reject(table, found.sort(FILE, ROW_NUMBER), NO_RATE)
    return replace(catalog, status=status, _identified={})


def _find_unpriced(catalog: Catalog, table: str, currency: str, timezone: str) -> Frames:
    rows, rates = catalog.scan_numbered(table), rates_of(catalog)
    if table == "orders":
        return {UNPRICED: find_unpriced(rows, rates, currency, timezone).collect()}
    return {UNPRICED: find_unrated(rows, rates, currency).collect()}
