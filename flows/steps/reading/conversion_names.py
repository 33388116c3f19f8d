"""Names of conversions that a feed is to count and that no row bears: none of them would count."""

from collections.abc import Iterator

import polars as pl

from contracts.config.nearest_names import nearest
from contracts.feeds import AdConversions
from contracts.manifest import Warned
from flows.catalog.canonical_tables import Catalog

TABLE = "ad_conversions"


def warn_of_conversions(catalog: Catalog) -> Iterator[Warned]:
    """Warn of conversions that a feed's `conversions` names and no row of its platform bears."""
    for feed in catalog.feeds:
        platforms = [
            resolved.mapping.constants.get(AdConversions.platform)
            for resolved in feed.mappings
            if resolved.mapping.table == TABLE
        ]
        if not (feed.section.conversions and any(platforms) and catalog.has_rows(TABLE)):
            continue
        borne = (
            catalog.scan(TABLE)
            .filter(pl.col(AdConversions.platform).is_in([one for one in platforms if one]))
            .select(pl.col(AdConversions.conversion_name).str.strip_chars().unique())
            .collect()
            .to_series()
        )
        folded = {name.lower() for name in borne}
        for name in feed.section.conversions:
            if name.strip().lower() not in folded:
                near = nearest(name, borne)
                meant = f"; did you mean {near!r}?" if near else ""
                yield feed.warn(
                    "conversion_unknown",
                    f"no row bears the conversion {name!r}, which conversions names, so that it "
                    f"counts nothing{meant}",
                    "conversions",
                )
