"""What links say, and the ads and campaigns that they may mean (SPEC §7.1, §7.2)."""

from collections.abc import Mapping

import polars as pl

from contracts.config.workspace import AdsSection
from contracts.facts.ad_facts import AdNames
from contracts.facts.session_facts import SessionFacts
from transforms.matching.lookup import GIVEN
from transforms.web.channel_groups import group_channels
from transforms.web.platforms import name_platforms
from transforms.web.traffic_sources import ORIGIN, VALUES
from transforms.web.utm import is_macro, normalize_text, normalize_value

VALUE_OF = {"content": "utm_content", "campaign": "utm_campaign", "utm_id": "utm_id"}
SAID = [*VALUE_OF, *(f"{value}_key" for value in VALUE_OF)]


def describe_origins(
    origins: pl.LazyFrame, ad_names: pl.LazyFrame, sources: Mapping[str, str]
) -> pl.LazyFrame:
    """Add to each origin its platform, its channel group and the values to look up.

    Args:
        origins: One row per origin (`list_origins`).
        ad_names: Names of ads and campaigns.
        sources: The user's utm_source values -> platform.

    Returns:
        The origins with `given_platform`, channel_group, has_macro, and the values `content`,
        `campaign` and `utm_id` (null where unresolved) beside their comparable forms (`…_key`).
    """
    is_unresolved = pl.any_horizontal(is_macro(pl.col(name)) for name in VALUES)
    resolved = {
        value: pl.when(~is_macro(pl.col(name))).then(pl.col(name))
        for value, name in VALUE_OF.items()
    }
    keys = {f"{value}_key": normalize_value(pl.col(value)) for value in VALUE_OF}
    return (
        origins.pipe(name_platforms, ad_names, sources)
        .pipe(group_channels)
        .rename({SessionFacts.platform: GIVEN})
        .with_columns(is_unresolved.alias(SessionFacts.has_macro), **resolved)
        .with_columns(**keys)
    )


def select_entries(origins: pl.LazyFrame, ad_names: pl.LazyFrame, ads: AdsSection) -> pl.LazyFrame:
    """Select the ads and campaigns that a value of some origin may mean, by id or by name.

    Args:
        origins: What the origins say (`describe_origins`).
        ad_names: One row per name and its days.
        ads: The user's aliases, whose targets are selected as well.
    """
    ids = [alias.ad_id or alias.campaign_id for alias in ads.aliases.values()]
    said = (
        origins.select(AdNames.org_id, value=pl.concat_list(SAID))
        .explode("value")
        .filter(pl.col("value").is_not_null())
        .unique()
    )
    named = ad_names.with_columns(entry_id=pl.coalesce(AdNames.ad_id, AdNames.campaign_id))
    flags = {"by_id": "entry_id", "by_name": AdNames.name_key}
    for flag, key in flags.items():
        named = named.join(
            said.with_columns(pl.lit(value=True).alias(flag)),
            left_on=[AdNames.org_id, key],
            right_on=[AdNames.org_id, "value"],
            how="left",
            validate="m:1",
        )
    is_target = pl.col("entry_id").is_in(ids)
    return named.filter(pl.any_horizontal(*flags, is_target)).drop(*flags)


def flag_timed(origins: pl.LazyFrame, entries: pl.LazyFrame, ads: AdsSection) -> pl.LazyFrame:
    """Add whether the day matters: a value is an alias, or an id or name that ever changed.

    Args:
        origins: What the origins say (`describe_origins`).
        entries: The ads and campaigns that they may mean (`select_entries`).
        ads: The user's aliases.
    """
    start, end = pl.col(AdNames.valid_from), pl.col(AdNames.valid_until)
    changed = (
        entries.filter(start.is_not_null() | end.is_not_null())
        .select(AdNames.org_id, value=pl.concat_list("entry_id", AdNames.name_key))
        .explode("value")
        .unique()
    )
    timed = (
        origins.select(*ORIGIN, AdNames.org_id, value=pl.concat_list(SAID))
        .explode("value")
        .join(changed, on=[AdNames.org_id, "value"], how="semi")
        .select(*ORIGIN, is_changed=pl.lit(value=True))
        .unique()
    )
    aliases = [normalize_text(value) for value in ads.aliases]
    is_aliased = pl.any_horizontal(pl.col(f"{value}_key").is_in(aliases) for value in VALUE_OF)
    return origins.join(timed, on=ORIGIN, how="left", validate="1:1").with_columns(
        is_timed=pl.any_horizontal("is_changed", is_aliased).fill_null(value=False)
    )
