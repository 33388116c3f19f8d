"""The origins of sessions: the few distinct links behind many visits.

Everything that costs (decoding, channel groups, matching) is done once per origin, so that it does
not grow with the number of sessions. An origin is found again by two independent 64-bit hashes.
"""

import polars as pl

from contracts.feeds.web import Sessions
from contracts.reference.ad_platforms import CLICK_IDS
from contracts.reference.web_sources import PARAMETERS
from transforms.web.utm import (
    read_click_id,
    read_marks,
    read_parameter,
    trim_value,
    url_host,
)

ORIGIN = ["origin", "origin_check"]
"""The key of an origin: two hashes, so that no two origins share it."""

VALUES = [name for name in PARAMETERS if name != Sessions.utm_term]
"""The utm values that make an origin; the keyword alone does not, it is only carried along."""

CLICK_COLUMNS = [Sessions.gclid, Sessions.fbclid, Sessions.msclkid, Sessions.ttclid]
EVIDENCE = ["marks", "referrer_host", *(f"own_{name}" for name in (*VALUES, *CLICK_COLUMNS))]


def key_origins(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Add to each session the key of its origin and what the origin is read from.

    Args:
        sessions: Canonical sessions.
    """
    landing, referrer = pl.col(Sessions.landing_url), pl.col(Sessions.referrer)
    own = {f"own_{name}": pl.col(name) for name in VALUES}
    clicks = {f"own_{name}": trim_value(pl.col(name)).str.slice(0, 1) for name in CLICK_COLUMNS}
    has_source = trim_value(pl.col("own_utm_source")).is_not_null() | pl.col("marks").str.contains(
        "(?i)source="
    ).fill_null(value=False)
    is_referred = referrer.is_not_null() & ~has_source
    here, there = (_site(pl.when("is_referred").then(url)) for url in (landing, referrer))
    return (
        sessions.with_columns(**own, **clicks, marks=read_marks(landing))
        .with_columns(is_referred=is_referred)
        .with_columns(referrer_host=pl.when(there.ne_missing(here)).then(there))
        .drop("is_referred")
        .with_columns(
            origin=pl.struct(Sessions.org_id, *EVIDENCE).hash(1),
            origin_check=pl.struct(Sessions.org_id, *EVIDENCE).hash(2),
        )
    )


def list_origins(keyed: pl.LazyFrame) -> pl.LazyFrame:
    """List the distinct origins of sessions, with their utm values and click ids read.

    Args:
        keyed: Sessions with the keys of their origins (`key_origins`).

    Returns:
        One row per origin: its key, org_id, utm values (raw, decoded once), the beginnings of its
        click ids (`click_gclid`, …), and the host of a referrer that is another site.
    """
    marks = pl.col("marks")
    clicks = {f"click_{click.name}": read_click_id(marks, click.name) for click in CLICK_IDS}
    for name in CLICK_COLUMNS:
        clicks[f"click_{name}"] = pl.coalesce(f"own_{name}", clicks[f"click_{name}"])
    values = {
        name: pl.coalesce(trim_value(pl.col(f"own_{name}")), read_parameter(marks, name))
        for name in VALUES
    }
    return (
        keyed.group_by(ORIGIN)
        .agg(pl.col(Sessions.org_id, *EVIDENCE).first())
        .select(*ORIGIN, Sessions.org_id, "referrer_host", **values, **clicks)
    )


def _site(url: pl.Expr) -> pl.Expr:
    return url_host(url).str.replace(r"^www\.", "")
