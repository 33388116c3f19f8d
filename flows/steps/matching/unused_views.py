"""Page views that make no session, and that no delivered session can stand for."""

from collections.abc import Iterator

import polars as pl

from contracts.feeds import PageViews, Sessions
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from transforms.common.calendar import reporting_day

DAY, FIRST, LAST = "day", "first", "last"
LATER_DAYS = pl.duration(days=1)
"""How much later one of two feeds may come than the other."""


def find_unused_views(catalog: Catalog, timezone: str) -> Iterator[Warned]:
    """Page views of organizations that deliver sessions, but none of these days.

    Args:
        timezone: The reporting zone.
    """
    if not (catalog.has_rows("sessions") and catalog.has_rows("page_views")):
        return
    days = reporting_day(pl.col(Sessions.started_at), timezone)
    delivered = (
        catalog.scan("sessions")
        .group_by(Sessions.org_id)
        .agg(days.min().alias(FIRST), days.max().alias(LAST))
    )
    day, first, last = (pl.col(name) for name in (DAY, FIRST, LAST))
    unused = (
        catalog.scan("page_views")
        .filter(
            pl.any_horizontal(pl.col(PageViews.anonymous_id, PageViews.contact_id).is_not_null())
        )
        .select(PageViews.org_id, reporting_day(pl.col(PageViews.viewed_at), timezone).alias(DAY))
        .join(delivered, on=PageViews.org_id, how="inner", validate="m:1")
        .filter((day < first - LATER_DAYS) | (day > last + LATER_DAYS))
        .select(pl.len(), day.min().alias(FIRST), day.max().alias(LAST))
        .collect(engine="streaming")
    )
    count, since, until = unused.row(0)
    if not count:
        return
    yield Warned(
        code="views_unused",
        message=f"{count_of(count, 'page view')} ({since} to {until}) make no sessions, as a feed "
        "delivers those of their organization, but none of these days: deliver them, or leave out "
        "that feed, and page views make the sessions of all days",
        count=count,
        setting="[[feeds]] table",
    )
