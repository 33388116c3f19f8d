"""The traffic sources of sessions: the few distinct links behind many sessions.

Everything that costs (decoding, channel groups, matching) is done once per traffic source, so that
it does not grow with the number of sessions. A traffic source is found again by two hashes.
"""

from collections.abc import Callable

import polars as pl

from contracts.columns import Rows
from contracts.facts.matching.session_matching import TrafficSources
from contracts.feeds.web import Sessions
from contracts.reference.ad_platforms import CLICK_IDS, ClickId
from contracts.reference.web_sources import PARAMETERS
from transforms.common.keys import hash_cells
from transforms.web.utm import (
    is_click_macro,
    read_click_id,
    read_parameter,
    read_parameters,
    trim_value,
    url_host,
)

SOURCE_KEY = [TrafficSources.traffic_source, TrafficSources.traffic_source_check]

UTM_VALUES = [*PARAMETERS]
"""The utm values that make a traffic source."""

CLICK_COLUMNS = [Sessions.gclid, Sessions.fbclid, Sessions.msclkid, Sessions.ttclid]
LINK_PARAMETERS = "link_parameters"
HOST = TrafficSources.referrer_host
READ_FROM = [
    LINK_PARAMETERS,
    HOST,
    *(f"own_{name}" for name in (*UTM_VALUES, *CLICK_COLUMNS)),
]
"""What a traffic source is read from; `own_` are the session's own columns."""


def key_traffic_sources(sessions: Rows[Sessions]) -> pl.LazyFrame:
    """Add to each session the key of its traffic source and what that is read from."""
    landing, referrer = pl.col(Sessions.landing_url), pl.col(Sessions.referrer)
    own = {f"own_{name}": pl.col(name) for name in UTM_VALUES}
    clicks = {f"own_{name}": trim_value(pl.col(name)).str.slice(0, 1) for name in CLICK_COLUMNS}
    has_source = trim_value(pl.col(f"own_{Sessions.utm_source}")).is_not_null() | pl.col(
        LINK_PARAMETERS
    ).str.contains("(?i)source=").fill_null(value=False)
    is_referred = referrer.is_not_null() & ~has_source
    here, there = (_site(pl.when("is_referred").then(url)) for url in (landing, referrer))
    first, second = SOURCE_KEY
    told = [pl.col(name) for name in (Sessions.org_id, *READ_FROM)]
    return (
        sessions.with_columns(**own, **clicks, link_parameters=read_parameters(landing))
        .with_columns(is_referred=is_referred)
        .with_columns(pl.when(there.ne_missing(here)).then(there).alias(HOST))
        .drop("is_referred")
        .with_columns(hash_cells(told, seed=1).alias(first), hash_cells(told, seed=2).alias(second))
    )


def list_traffic_sources(keyed: pl.LazyFrame) -> Rows[TrafficSources]:
    """List the distinct traffic sources of sessions, with their utm values and click ids read.

    Args:
        keyed: Sessions with the keys of their traffic sources (`key_traffic_sources`).

    Returns:
        Utm values as they stand in columns, else decoded once from the link.
    """
    parameters = pl.col(LINK_PARAMETERS)
    clicks = {click.name: read_click_id(parameters, click.name) for click in CLICK_IDS}
    for name in CLICK_COLUMNS:
        clicks[name] = pl.coalesce(f"own_{name}", clicks[name])
    values = {
        name: pl.coalesce(trim_value(pl.col(f"own_{name}")), read_parameter(parameters, name))
        for name in UTM_VALUES
    }
    return (
        keyed.group_by(SOURCE_KEY)
        .agg(pl.col(Sessions.org_id, *READ_FROM).first())
        .select(*SOURCE_KEY, Sessions.org_id, HOST, **values, **clicks)
        .with_columns(
            pl.coalesce(_of_clicks(lambda click: click.name)).alias(TrafficSources.click_id),
            _agreed(_of_clicks(lambda click: click.platform)).alias(TrafficSources.click_platform),
        )
        .drop(clicks)
    )


def _of_clicks(text: Callable[[ClickId], str]) -> list[pl.Expr]:
    """A text of each click id that a link carries, in the order in which they are known."""
    return [
        pl.when(pl.col(click.name).is_not_null() & ~is_click_macro(pl.col(click.name))).then(
            pl.lit(str(text(click)))
        )
        for click in CLICK_IDS
    ]


def _agreed(values: list[pl.Expr]) -> pl.Expr:
    """The value of all that have one; null where they differ."""
    return pl.when(pl.min_horizontal(values) == pl.max_horizontal(values)).then(
        pl.min_horizontal(values)
    )


def _site(url: pl.Expr) -> pl.Expr:
    return url_host(url).str.replace(r"^www\.", "")
