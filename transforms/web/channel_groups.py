"""Google Analytics 4's default channel grouping (SOURCES §6), rule by rule in its order."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.matching.session_matching import DescribedSources, TrafficSources
from contracts.reference.ad_platforms import CLICK_IDS
from contracts.reference.web_sources import (
    DISPLAY_MEDIA,
    EMAIL_WORDS,
    MESSAGE_MEDIA,
    NO_MEDIA,
    PAID_MEDIUM,
    REFERRAL_MEDIA,
    SEARCH_SITES,
    SERVICE_HOST,
    SHOPPING_CAMPAIGN,
    SHOPPING_SITES,
    SOCIAL_MEDIA,
    SOCIAL_SITES,
    VIDEO_SITES,
    ChannelGroup,
)
from transforms.web.platforms import site_label
from transforms.web.utm import normalize_value, trim_value

DIRECT_SOURCE, NO_SOURCE, NO_MEDIUM = "(direct)", "(not set)", "(none)"
SOURCE_OF_CLICK = {click.name: click.source for click in CLICK_IDS}
MEDIUM_OF_CLICK = {click.name: "cpc" if click.is_paid else "referral" for click in CLICK_IDS}


def group_channels(sources: Rows[TrafficSources]) -> pl.LazyFrame:
    """Add the channel group of each traffic source, compared in lower case.

    Where utm_source or utm_medium is missing, a click id stands in for it, then the referrer; a
    visit with none of them is direct. A click id that platforms add to unpaid links proves no ad.
    A medium of messages says enough: the webmail in which a message was read is no search engine.
    """
    source, medium, campaign = (
        trim_value(pl.col(name)).str.to_lowercase()
        for name in (
            DescribedSources.utm_source,
            DescribedSources.utm_medium,
            DescribedSources.utm_campaign,
        )
    )
    click, referrer = (
        pl.col(DescribedSources.click_id),
        pl.col(DescribedSources.referrer_host),
    )
    is_of_message = normalize_value(medium).is_in(list(MESSAGE_MEDIA)).fill_null(value=False)
    has_utm = pl.any_horizontal(source.is_not_null(), medium.is_not_null(), campaign.is_not_null())
    return (
        sources.with_columns(
            source=pl.coalesce(
                source,
                pl.when(~is_of_message).then(
                    pl.coalesce(
                        click.replace_strict(SOURCE_OF_CLICK, default=None, return_dtype=pl.String),
                        referrer,
                    )
                ),
                pl.when(has_utm).then(pl.lit(NO_SOURCE)).otherwise(pl.lit(DIRECT_SOURCE)),
            ),
            campaign=campaign.fill_null(""),
            is_referred=~has_utm & click.is_null() & referrer.is_not_null(),
        )
        .with_columns(
            site=pl.when(~pl.col("source").str.contains(SERVICE_HOST)).then(
                pl.coalesce(site_label(pl.col("source")), "source")
            )
        )
        .with_columns(
            medium=pl.coalesce(
                medium,
                click.replace_strict(MEDIUM_OF_CLICK, default=None, return_dtype=pl.String),
                pl.when("is_referred").then(pl.lit("referral")),
                pl.lit(NO_MEDIUM),
            )
        )
        .with_columns(_choose_group().alias(DescribedSources.channel_group))
        .drop("source", "medium", "campaign", "site", "is_referred")
    )


def _choose_group() -> pl.Expr:
    source, medium, campaign = pl.col("source"), pl.col("medium"), pl.col("campaign")
    is_paid = medium.str.contains(PAID_MEDIUM)
    is_search, is_social, is_video, is_shop = (
        pl.col("site").is_in(list(sites))
        for sites in (SEARCH_SITES, SOCIAL_SITES, VIDEO_SITES, SHOPPING_SITES)
    )
    is_shopping = is_shop | campaign.str.contains(SHOPPING_CAMPAIGN)
    is_push = medium.str.ends_with("push") | medium.str.contains("mobile|notification")
    rules = {
        ChannelGroup.DIRECT: (source == DIRECT_SOURCE) & medium.is_in(list(NO_MEDIA)),
        ChannelGroup.CROSS_NETWORK: campaign.str.contains("cross-network", literal=True),
        ChannelGroup.PAID_SHOPPING: is_shopping & is_paid,
        ChannelGroup.PAID_SEARCH: is_search & is_paid,
        ChannelGroup.PAID_SOCIAL: is_social & is_paid,
        ChannelGroup.PAID_VIDEO: is_video & is_paid,
        ChannelGroup.DISPLAY: medium.is_in(list(DISPLAY_MEDIA)),
        ChannelGroup.PAID_OTHER: is_paid,
        ChannelGroup.ORGANIC_SHOPPING: is_shopping,
        ChannelGroup.ORGANIC_SOCIAL: is_social | medium.is_in(list(SOCIAL_MEDIA)),
        ChannelGroup.ORGANIC_VIDEO: is_video | medium.str.contains("video", literal=True),
        ChannelGroup.ORGANIC_SEARCH: is_search | (medium == "organic"),
        ChannelGroup.REFERRAL: medium.is_in(list(REFERRAL_MEDIA)),
        ChannelGroup.EMAIL: source.is_in(list(EMAIL_WORDS)) | medium.is_in(list(EMAIL_WORDS)),
        ChannelGroup.AFFILIATES: medium.is_in(["affiliate", "affiliates"]),
        ChannelGroup.AUDIO: medium == "audio",
        ChannelGroup.SMS: (source == "sms") | (medium == "sms"),
        ChannelGroup.MOBILE_PUSH: is_push | (source == "firebase"),
    }
    return pl.coalesce(
        *(pl.when(rule).then(pl.lit(group)) for group, rule in rules.items()),
        pl.lit(ChannelGroup.UNASSIGNED),
    )
