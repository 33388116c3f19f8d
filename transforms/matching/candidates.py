"""What links say, and the ads and campaigns that they may mean (SPEC §7.1, §7.2)."""

import polars as pl

from contracts.columns import Rows
from contracts.config.workspace import AdsSection
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import (
    AdCandidates,
    DatedSources,
    DescribedSources,
    MessageNameKeys,
    TrafficSources,
)
from transforms.matching.ad_evidence import judge_evidence
from transforms.web.channel_groups import group_channels
from transforms.web.platforms import name_platforms
from transforms.web.traffic_sources import SOURCE_KEY, UTM_VALUES
from transforms.web.utm import is_macro, normalize_text, normalize_value

VALUES = {
    DescribedSources.utm_content: DescribedSources.content_value,
    DescribedSources.utm_campaign: DescribedSources.campaign_value,
    DescribedSources.utm_id: DescribedSources.id_value,
}
"""utm parameter -> its value, where that is not a macro."""

KEYS = {
    DescribedSources.content_value: DescribedSources.content_key,
    DescribedSources.campaign_value: DescribedSources.campaign_key,
    DescribedSources.id_value: DescribedSources.id_key,
}
"""Value -> what two spellings of it have in common."""


def describe_sources(
    sources: Rows[TrafficSources],
    ad_names: Rows[AdNames],
    message_names: Rows[MessageNameKeys],
    ads: AdsSection,
) -> Rows[DescribedSources]:
    """Add the platform, channel group, values and ad evidence of each traffic source.

    Args:
        ad_names: Names of ads and campaigns.
        ads: The user's sources and paid mediums.
    """
    is_unresolved = pl.any_horizontal(is_macro(pl.col(name)) for name in UTM_VALUES)
    values = {
        value: pl.when(~is_macro(pl.col(name))).then(pl.col(name)) for name, value in VALUES.items()
    }
    keys = {key: normalize_value(pl.col(value)) for value, key in KEYS.items()}
    return (
        sources.pipe(name_platforms, ad_names, ads.sources)
        .pipe(group_channels)
        .with_columns(is_unresolved.alias(DescribedSources.has_macro), **values)
        .with_columns(**keys)
        .pipe(judge_evidence, message_names, ads.mediums)
    )


def select_candidates(
    sources: Rows[DescribedSources], ad_names: Rows[AdNames], ads: AdsSection
) -> Rows[AdCandidates]:
    """Select the ads and campaigns that a value of some link may mean, by id or by name.

    Args:
        ad_names: One row per name and its days.
        ads: The user's aliases, whose targets are selected as well.
    """
    ids = [alias.ad_id or alias.campaign_id for alias in ads.aliases.values()]
    values = (
        sources.filter(DescribedSources.may_be_ad)
        .select(AdNames.org_id, value=pl.concat_list(*KEYS.values()))
        .pipe(_list_values)
    )
    entity_id = pl.coalesce(AdNames.ad_id, AdNames.campaign_id)
    named = ad_names.with_columns(
        entity_id.alias(AdCandidates.entity_id),
        normalize_value(entity_id).alias(AdCandidates.entity_key),
    )
    flags = {"by_id": AdCandidates.entity_key, "by_name": AdNames.name_key}
    for flag, key in flags.items():
        named = named.join(
            values.with_columns(pl.lit(value=True).alias(flag)),
            left_on=[AdNames.org_id, key],
            right_on=[AdNames.org_id, "value"],
            how="left",
            validate="m:1",
        )
    is_target = pl.col(AdCandidates.entity_id).is_in(ids)
    name = [AdNames.org_id, AdNames.platform, AdNames.level, AdNames.name_key]
    sharers = pl.col(AdCandidates.entity_id).n_unique().over(name).cast(pl.Int64)
    return (
        named.filter(pl.any_horizontal(*flags, is_target))
        .with_columns(sharers.alias(AdCandidates.sharers))
        .drop(*flags)
    )


def flag_dated(
    sources: Rows[DescribedSources], candidates: Rows[AdCandidates], ads: AdsSection
) -> Rows[DatedSources]:
    """Add whether the day matters: of an alias, an id or name that ever changed, or a shared name.

    Args:
        ads: The user's aliases.
    """
    start, end = pl.col(AdNames.valid_from), pl.col(AdNames.valid_until)
    is_shared = pl.col(AdCandidates.sharers) > 1
    changed = (
        candidates.filter(start.is_not_null() | end.is_not_null() | is_shared)
        .select(AdNames.org_id, value=pl.concat_list(AdCandidates.entity_key, AdNames.name_key))
        .pipe(_list_values)
    )
    dated = (
        sources.select(*SOURCE_KEY, AdNames.org_id, value=pl.concat_list(*KEYS.values()))
        .pipe(_list_values)
        .join(changed, on=[AdNames.org_id, "value"], how="semi")
        .select(*SOURCE_KEY, is_changed=pl.lit(value=True))
        .unique()
    )
    aliases = [normalize_text(value) for value in ads.aliases]
    is_aliased = pl.any_horizontal(pl.col(key).is_in(aliases) for key in KEYS.values())
    return (
        sources.join(dated, on=SOURCE_KEY, how="left", validate="1:1")
        .with_columns(
            pl.any_horizontal("is_changed", is_aliased)
            .fill_null(value=False)
            .alias(DatedSources.is_dated)
        )
        .drop("is_changed")
    )


def _list_values(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.explode("value").filter(pl.col("value").is_not_null()).unique()
