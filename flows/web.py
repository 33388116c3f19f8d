"""Sessions: as a feed delivers them, or made from page views."""

import polars as pl

from contracts.workspace import Workspace
from flows.catalog import Catalog


def find_sessions(catalog: Catalog, config: Workspace) -> pl.LazyFrame:
    """Every session with `is_bot`, which only page views' user agents can tell.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
    """
    return catalog.scan("sessions").with_columns(is_bot=pl.lit(None, pl.Boolean))
