"""Which ad platform a link belongs to (SPEC §7.2)."""

from collections.abc import Mapping

import polars as pl

from contracts.facts.session_facts import SessionFacts
from contracts.reference.ad_platforms import (
    CLICK_IDS,
    PLATFORM_OF_SITE,
    PLATFORM_OF_SOURCE,
    SHORT_SITES,
)
from transforms.web.utm import is_click_macro, is_macro, normalize_text, normalize_value, trim_value

BY_SOURCE = "source"
BY_CLICK_ID = "click_id"
SITE_PATTERN = (
    r"^(?:https?://)?(?:[a-z0-9-]+\.)*?([a-z0-9-]+)\.((?:co\.|com\.)?[a-z]{2,})(?:[:/].*)?$"
)
"""Label and public suffix of the site in a source such as `https://m.facebook.com/`."""


def name_platforms(
    origins: pl.LazyFrame, ad_names: pl.LazyFrame, sources: Mapping[str, str]
) -> pl.LazyFrame:
    """Add the ad platform that each origin's utm_source or click id gives.

    A utm_source is looked up among the user's own, the known names, the names of the platforms in
    the ad tables, and the known sites. A click id counts where utm_source gives no platform, and
    proves nothing where those of several platforms stand together.

    Args:
        origins: One row per origin (`list_origins`).
        ad_names: Names of ads and campaigns; their platforms may be the user's own.
        sources: The user's utm_source values -> platform.

    Returns:
        The origins with `platform`, `platform_by` (source or click_id; both null where none) and
        `click_name`, the click id that was found.
    """
    key = normalize_value(pl.col(SessionFacts.utm_source))
    known = (
        ad_names.select(SessionFacts.org_id, SessionFacts.platform)
        .unique()
        .with_columns(source_key=normalize_value(pl.col(SessionFacts.platform)))
        .group_by(SessionFacts.org_id, "source_key")
        .agg(own_platform=pl.col(SessionFacts.platform).min())
    )
    return (
        origins.with_columns(
            source_key=pl.when(~is_macro(pl.col(SessionFacts.utm_source))).then(key),
            click_name=_present_click_id(),
        )
        .join(known, on=[SessionFacts.org_id, "source_key"], how="left", validate="m:1")
        .with_columns(by_source=_platform_of_source(sources), by_click=_platform_of_click_id())
        .with_columns(
            platform=pl.coalesce("by_source", "by_click"),
            platform_by=pl.when(pl.col("by_source").is_not_null())
            .then(pl.lit(BY_SOURCE))
            .when(pl.col("by_click").is_not_null())
            .then(pl.lit(BY_CLICK_ID)),
        )
        .drop("own_platform", "by_source", "by_click", "source_key")
    )


def site_label(source: pl.Expr) -> pl.Expr:
    """The label of the site that a source or host names; null where it names none.

    `m.facebook.com` and `facebook.co.uk` are `facebook`.
    """
    lowered = trim_value(source).str.to_lowercase()
    label, suffix = lowered.str.extract(SITE_PATTERN, 1), lowered.str.extract(SITE_PATTERN, 2)
    wanted = label.replace_strict(SHORT_SITES, default=None, return_dtype=pl.String)
    is_whole = wanted.is_null() | pl.concat_str(pl.lit("|"), wanted, pl.lit("|")).str.contains(
        pl.concat_str(pl.lit("|"), suffix, pl.lit("|")), literal=True
    )
    return pl.when(is_whole).then(label)


def _platform_of_source(sources: Mapping[str, str]) -> pl.Expr:
    own = {normalize_text(name): platform for name, platform in sources.items()}
    key = pl.col("source_key")
    site = pl.when(key.is_not_null()).then(site_label(pl.col(SessionFacts.utm_source)))
    return pl.coalesce(
        key.replace_strict(own, default=None, return_dtype=pl.String),
        key.replace_strict(PLATFORM_OF_SOURCE, default=None, return_dtype=pl.String),
        "own_platform",
        site.replace_strict(PLATFORM_OF_SITE, default=None, return_dtype=pl.String),
    )


def _platform_of_click_id() -> pl.Expr:
    platforms = [
        pl.when(_is_given(click.name)).then(pl.lit(str(click.platform))) for click in CLICK_IDS
    ]
    return pl.when(pl.min_horizontal(platforms) == pl.max_horizontal(platforms)).then(
        pl.min_horizontal(platforms)
    )


def _present_click_id() -> pl.Expr:
    names = [pl.when(_is_given(click.name)).then(pl.lit(click.name)) for click in CLICK_IDS]
    return pl.coalesce(names)


def _is_given(click_name: str) -> pl.Expr:
    value = pl.col(f"click_{click_name}")
    return value.is_not_null() & ~is_click_macro(value)
