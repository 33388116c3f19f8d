"""Which ad platform a link belongs to (SPEC §7.2)."""

from collections.abc import Mapping

import polars as pl

from contracts.columns import Rows
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import PLATFORM_BY, DescribedSources, TrafficSources
from contracts.reference.ad_platforms import PLATFORM_OF_SITE, PLATFORM_OF_SOURCE, SHORT_SITES
from transforms.web.utm import is_macro, normalize_text, normalize_value, trim_value

BY_SOURCE, BY_CLICK_ID = PLATFORM_BY
SITE_PATTERN = (
    r"^(?:https?://)?(?:[a-z0-9-]+\.)*?([a-z0-9-]+)\.((?:co\.|com\.)?[a-z]{2,})(?:[:/].*)?$"
)
"""Label and public suffix of the site in a source such as `https://m.facebook.com/`."""


def name_platforms(
    sources: Rows[TrafficSources], ad_names: pl.LazyFrame, own_sources: Mapping[str, str]
) -> pl.LazyFrame:
    """Add the ad platform that each traffic source's utm_source or click id gives.

    A utm_source is looked up among the user's own, the known names, the names of the platforms in
    the ad tables, and the known sites. A click id counts where utm_source gives no platform, and
    proves nothing where those of several platforms stand together.

    Args:
        ad_names: Names of ads and campaigns; their platforms may be the user's own.
        own_sources: The user's utm_source values -> platform.

    Returns:
        The traffic sources with link_platform and platform_by (both null where none).
    """
    utm_source = pl.col(DescribedSources.utm_source)
    by_click = pl.col(DescribedSources.click_platform)
    known = (
        ad_names.select(AdNames.org_id, AdNames.platform)
        .unique()
        .with_columns(source_key=normalize_value(pl.col(AdNames.platform)))
        .group_by(AdNames.org_id, "source_key")
        .agg(own_platform=pl.col(AdNames.platform).min())
    )
    return (
        sources.with_columns(
            source_key=pl.when(~is_macro(utm_source)).then(normalize_value(utm_source))
        )
        .join(known, on=[AdNames.org_id, "source_key"], how="left", validate="m:1")
        .with_columns(by_source=_platform_of_source(own_sources))
        .with_columns(
            pl.coalesce("by_source", by_click).alias(DescribedSources.link_platform),
            pl.when(pl.col("by_source").is_not_null())
            .then(pl.lit(BY_SOURCE))
            .when(by_click.is_not_null())
            .then(pl.lit(BY_CLICK_ID))
            .alias(DescribedSources.platform_by),
        )
        .drop("own_platform", "by_source", "source_key")
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


def _platform_of_source(own_sources: Mapping[str, str]) -> pl.Expr:
    own = {normalize_text(name): platform for name, platform in own_sources.items()}
    key = pl.col("source_key")
    site = pl.when(key.is_not_null()).then(site_label(pl.col(DescribedSources.utm_source)))
    return pl.coalesce(
        key.replace_strict(own, default=None, return_dtype=pl.String),
        key.replace_strict(PLATFORM_OF_SOURCE, default=None, return_dtype=pl.String),
        "own_platform",
        site.replace_strict(PLATFORM_OF_SITE, default=None, return_dtype=pl.String),
    )
