"""Sessions made from page views (SOURCES §6)."""

import polars as pl

from contracts.columns import columns
from contracts.facts.matching.session_facts import SessionFacts
from contracts.feeds.web import PageViews, Sessions
from contracts.reference.ad_platforms import CLICK_IDS
from transforms.common.calendar import reporting_day
from transforms.common.joins import HELD, STREAMED
from transforms.common.machine_agents import is_crawler, is_generic
from transforms.web.utm import (
    is_click_macro,
    normalize_value,
    read_click_id,
    read_parameter,
    read_parameters,
)

VISITOR = ["visitor", "visitor_check"]
"""The key of a visitor: two hashes, so that no two visitors share it."""

CAMPAIGN_PARAMETERS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_id")
LINK_PARAMETERS = "link_parameters"
NO_CAMPAIGN = 0


def build_sessions(
    page_views: pl.LazyFrame,
    timezone: str,
    timeout_minutes: int,
    *,
    split_at_midnight: bool,
) -> pl.LazyFrame:
    """Cut the page views of each visitor into sessions.

    A visitor is a device (anonymous_id), or a contact where no device is known. A session ends
    after more than `timeout_minutes` without a view (exactly that long is still the session), where
    a URL carries another campaign than the session's last one, and, if asked for, at the reporting
    midnight. Its landing page, referrer and user agent are those of its first view, its contact the
    first that is known in it. Views at one instant stand in the order of their ids.

    Args:
        page_views: Canonical page views. Visitors may be cut into buckets beforehand.
        timeout_minutes: The longest pause within a session.
        split_at_midnight: Whether the end of a reporting day ends sessions.

    Returns:
        Canonical sessions and `is_bot`, one row per session. session_id is derived from the first
        view's id; utm values and click ids are left to be read from landing_url.
    """
    views = (
        page_views.pipe(_key_visitors)
        .pipe(_sign_campaigns)
        .sort(*VISITOR, PageViews.viewed_at, PageViews.page_view_id)
    )
    return (
        views.pipe(_mark_pauses, timezone, timeout_minutes, split_at_midnight=split_at_midnight)
        .pipe(_mark_starts)
        .pipe(_find_contacts)
        .pipe(_measure_sessions)
        .pipe(flag_bots)
        .pipe(_shape_sessions)
    )


def flag_bots(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Add whether each session's user agent is a program (`is_bot`); null where there is none."""
    agent = pl.col(PageViews.user_agent)
    judged = (
        sessions.select(agent)
        .unique()
        .with_columns((is_generic(agent) | is_crawler(agent)).alias(SessionFacts.is_bot))
    )
    return sessions.join(
        judged,
        on=PageViews.user_agent,
        how="left",
        nulls_equal=True,
        validate=STREAMED,
        build_side=HELD,
    )


def _key_visitors(page_views: pl.LazyFrame) -> pl.LazyFrame:
    device = pl.col(PageViews.anonymous_id)
    person = pl.when(device.is_null()).then(PageViews.contact_id)
    whole = pl.struct(PageViews.org_id, device, person.alias("person"))
    return page_views.with_columns(visitor=whole.hash(1), visitor_check=whole.hash(2))


def _sign_campaigns(views: pl.LazyFrame) -> pl.LazyFrame:
    """Add a hash of the campaign in each view's URL, null where it carries none.

    Each distinct set of parameters is read once. Of click ids only the kind counts: two clicks on
    one ad are one campaign.
    """
    marked = views.with_columns(link_parameters=read_parameters(pl.col(PageViews.url)))
    values = [
        normalize_value(read_parameter(pl.col(LINK_PARAMETERS), name)).alias(name)
        for name in CAMPAIGN_PARAMETERS
    ]
    clicks = [
        (value.is_not_null() & ~is_click_macro(value)).alias(click.name)
        for click in CLICK_IDS
        for value in [read_click_id(pl.col(LINK_PARAMETERS), click.name)]
    ]
    parts = [*CAMPAIGN_PARAMETERS, *(click.name for click in CLICK_IDS)]
    says_something = pl.any_horizontal(
        *(pl.col(name).is_not_null() for name in CAMPAIGN_PARAMETERS),
        *(click.name for click in CLICK_IDS),
    )
    signatures = (
        marked.select(LINK_PARAMETERS)
        .filter(pl.col(LINK_PARAMETERS).is_not_null())
        .unique()
        .with_columns(*values, *clicks)
        .select(LINK_PARAMETERS, campaign=pl.when(says_something).then(pl.struct(parts).hash(1)))
    )
    return marked.join(signatures, on=LINK_PARAMETERS, how="left", validate="m:1").drop(
        LINK_PARAMETERS
    )


def _mark_pauses(
    views: pl.LazyFrame, timezone: str, timeout_minutes: int, *, split_at_midnight: bool
) -> pl.LazyFrame:
    """Add whether a view begins anew for its visitor, whatever campaign it carries."""
    viewed_at = pl.col(PageViews.viewed_at)
    is_other = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift(1)) for key in VISITOR)
    pause = viewed_at - viewed_at.shift(1)
    reasons = [is_other, pause > pl.duration(minutes=timeout_minutes)]
    if split_at_midnight:
        day = reporting_day(viewed_at, timezone)
        reasons.append(day != day.shift(1))
    return views.with_columns(is_start=pl.any_horizontal(reasons))


def _mark_starts(views: pl.LazyFrame) -> pl.LazyFrame:
    """Let a campaign other than the last one of the session begin a session too."""
    campaign = pl.col("campaign")
    known = pl.when("is_start").then(campaign.fill_null(NO_CAMPAIGN)).otherwise(campaign)
    current = known.forward_fill().shift(1)
    return views.with_columns(
        is_start=pl.col("is_start") | (campaign != current).fill_null(value=False)
    )


def _find_contacts(views: pl.LazyFrame) -> pl.LazyFrame:
    """Carry the first contact known in a session back to its first view."""
    contact = pl.col(PageViews.contact_id)
    is_last = pl.col("is_start").shift(-1, fill_value=True)
    known = pl.when(is_last).then(contact.fill_null("")).otherwise(contact)
    first = known.backward_fill()
    return views.with_columns(pl.when(first != "").then(first).alias(PageViews.contact_id))


def _measure_sessions(views: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the first view of each session, with the session's last instant and count of views."""
    before = pl.col(PageViews.viewed_at).shift(1)
    last_end = pl.col(PageViews.viewed_at).last()
    starts = (
        views.with_columns(ended_before=before, last_end=last_end, total=pl.len())
        .with_row_index("place")
        .filter("is_start")
    )
    return starts.with_columns(
        pl.col("ended_before").shift(-1).fill_null(pl.col("last_end")).alias(Sessions.ended_at),
        (
            pl.col("place").shift(-1).fill_null(pl.col("total")).cast(pl.Int64) - pl.col("place")
        ).alias(Sessions.page_views),
    )


def _shape_sessions(starts: pl.LazyFrame) -> pl.LazyFrame:
    unread = [
        name
        for name in columns(Sessions)
        if name.startswith("utm_") or name in {click.name for click in CLICK_IDS}
    ]
    return starts.select(
        *(pl.lit(None, pl.String).alias(name) for name in unread),
        PageViews.org_id,
        PageViews.contact_id,
        PageViews.anonymous_id,
        PageViews.referrer,
        PageViews.attributes,
        Sessions.ended_at,
        Sessions.page_views,
        pl.format("view:{}", PageViews.page_view_id).alias(Sessions.session_id),
        pl.col(PageViews.viewed_at).alias(Sessions.started_at),
        pl.col(PageViews.url).alias(Sessions.landing_url),
        SessionFacts.is_bot,
    ).select(*columns(Sessions), SessionFacts.is_bot)
