"""Whether a session can have come from an ad: the rules of SPEC §7.2, in their order."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows
from contracts.facts.matching.session_facts import AGAINST_ADS, AdEvidence
from contracts.facts.matching.session_matching import DescribedSources, MessageNameKeys
from contracts.feeds.messages import Campaigns, Dispatches, Messages, MessageStats
from contracts.reference.web_sources import (
    DISPLAY_MEDIA,
    MESSAGE_MEDIA,
    NO_MEDIA,
    PAID_MEDIUM,
    UNPAID_MEDIA,
)
from contracts.vocabulary import Channel
from transforms.web.platforms import BY_SOURCE
from transforms.web.utm import is_macro, normalize_text, normalize_value

NOT_MESSAGES = [Channel.ADS, Channel.WEB]


def judge_evidence(
    sources: pl.LazyFrame, message_names: Rows[MessageNameKeys], own_mediums: Sequence[str]
) -> pl.LazyFrame:
    """Add what decides whether each traffic source can be an ad's, and whether it can.

    A medium that is an unresolved macro, `(none)` or `(not set)` counts as none.

    Args:
        sources: Traffic sources with their platform and values (`describe_sources`).
        own_mediums: The user's utm_medium values that mean a paid click.

    Returns:
        The same rows with ad_evidence and may_be_ad.
    """
    utm_medium = pl.col(DescribedSources.utm_medium)
    is_said = ~is_macro(utm_medium) & ~utm_medium.str.to_lowercase().is_in(list(NO_MEDIA))
    medium = pl.when(is_said).then(normalize_value(utm_medium))
    by_source = (pl.col(DescribedSources.platform_by) == BY_SOURCE).fill_null(value=False)
    own = [normalize_text(medium) for medium in own_mediums]
    is_paid = (
        medium.str.contains(PAID_MEDIUM)
        | medium.is_in([normalize_text(medium) for medium in DISPLAY_MEDIA])
        | medium.is_in(own)
    )
    rules = {
        AdEvidence.CLICK_ID: pl.col(DescribedSources.click_id).is_not_null(),
        AdEvidence.MESSAGE_MEDIUM: medium.is_in(list(MESSAGE_MEDIA)),
        AdEvidence.UNPAID_MEDIUM: by_source & medium.is_in(list(UNPAID_MEDIA)),
        AdEvidence.PLATFORM_SOURCE: by_source,
        AdEvidence.PAID_MEDIUM: is_paid,
        AdEvidence.OTHER_MEDIUM: medium.is_not_null(),
        AdEvidence.MESSAGE_CAMPAIGN: pl.col("is_message"),
    }
    evidence = pl.coalesce(
        *(pl.when(rule).then(pl.lit(found)) for found, rule in rules.items()),
        pl.lit(AdEvidence.NOTHING_AGAINST),
    )
    return (
        sources.join(
            message_names.select(
                MessageNameKeys.org_id, MessageNameKeys.name_key, is_message=pl.lit(value=True)
            ),
            left_on=[DescribedSources.org_id, DescribedSources.campaign_key],
            right_on=[MessageNameKeys.org_id, MessageNameKeys.name_key],
            how="left",
            validate="m:1",
        )
        .with_columns(evidence.alias(DescribedSources.ad_evidence))
        .with_columns(
            (~pl.col(DescribedSources.ad_evidence).is_in(AGAINST_ADS)).alias(
                DescribedSources.may_be_ad
            )
        )
        .drop("is_message")
    )


def list_message_names(
    campaigns: Rows[Campaigns],
    dispatches: Rows[Dispatches],
    messages: Rows[Messages],
    message_stats: Rows[MessageStats],
) -> Rows[MessageNameKeys]:
    """List the names and ids of campaigns, dispatches and messages of the message channels.

    Args:
        campaigns: As below them, those of ads and web are none of a message channel.
        message_stats: They name messages and campaigns, too.
    """
    names = {
        (Campaigns.campaign_id, Campaigns.name): campaigns,
        (Dispatches.dispatch_id, Dispatches.name): dispatches,
        (Messages.message_id, Messages.name): messages,
        (MessageStats.message_id, MessageStats.message_name, MessageStats.campaign_name): (
            message_stats
        ),
    }
    return (
        pl.concat(
            [
                rows.filter(
                    ~pl.col(Campaigns.channel).is_in(NOT_MESSAGES).fill_null(value=False)
                ).select(
                    Campaigns.org_id, normalize_value(pl.col(name)).alias(MessageNameKeys.name_key)
                )
                for named, rows in names.items()
                for name in named
            ]
        )
        .filter(pl.col(MessageNameKeys.name_key).is_not_null())
        .unique()
    )
