"""Landings: the sessions by which people came to the site after a click, no touches (SPEC §6.5)."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.order_facts import MessageTouches, Touches, VisitTouches
from contracts.reference.web_sources import MESSAGE_MEDIA, ChannelGroup
from contracts.vocabulary import Channel
from transforms.attribution.persons import PERSON
from transforms.attribution.touches import AT, GROUPS_OF_CHANNELS, IS_LANDING
from transforms.common.joins import HELD, STREAMED

LANDING_MINUTES = 30
EARLY_LANDING_MINUTES = 1
"""A session may seem to begin so long before the click that opened it: clocks differ."""
MINUTE = 60_000_000
"""In microseconds, as instants are counted."""
CHANNELS_OF_MEDIA = {word.replace(" ", "_"): str(one) for word, one in MESSAGE_MEDIA.items()}
PAID_GROUPS = [group for group in ChannelGroup if group.startswith("paid ")]
CLICKED_CHANNEL, CLICKED_AT = "clicked_channel", "clicked_at"
VISIT, STRETCH = "visit", "stretch"


def find_landings(visits: Rows[VisitTouches], messages: Rows[MessageTouches]) -> pl.LazyFrame:
    """Find the sessions by which a person landed on the site after a click already counted.

    A session bears a channel's utm by its channel group, or by a medium or source that is the
    channel's own name or a word for its messages (`newsletter`). Of one that was paid for, as a
    place in another's newsletter is, the source says nothing.

    Returns:
        The `visit` of each: its place among the visits; some more than once.
    """
    numbered = visits.with_row_index(VISIT)
    clicks = messages.filter(IS_LANDING).select(
        PERSON, pl.col(Touches.channel).alias(CLICKED_CHANNEL), pl.col(AT).alias(CLICKED_AT)
    )
    clicked = clicks.select(CLICKED_CHANNEL).unique()
    is_paid = (pl.col(Touches.channel) == Channel.ADS) | (
        pl.col(Touches.channel_group).is_in(PAID_GROUPS).fill_null(value=False)
    )
    bearing = pl.concat(
        [
            _read_channels(numbered, Touches.channel_group, clicked),
            _read_channels(numbered, VisitTouches.utm_medium, clicked),
            _read_channels(numbered.filter(~is_paid), VisitTouches.utm_source, clicked),
        ]
    )
    since_click = pl.col(AT) - pl.col(CLICKED_AT)
    earliest, latest = (pl.duration(minutes=m) for m in (-EARLY_LANDING_MINUTES, LANDING_MINUTES))
    # All that lands after a click lies in two stretches of time; of a till's one customer, every
    # visit would be held against every click.
    landed = pl.concat(
        clicks.with_columns(_stretch(pl.col(CLICKED_AT) + end)) for end in (earliest, latest)
    )
    return (
        bearing.with_columns(_stretch(pl.col(AT)))
        .join(landed, on=[PERSON, CLICKED_CHANNEL, STRETCH], how="inner", validate="m:m")
        .filter(since_click.is_between(earliest, latest))
        .select(VISIT)
    )


def _stretch(at: pl.Expr) -> pl.Expr:
    """The number of the stretch of time in which an instant lies, each as long as landings take."""
    length = (EARLY_LANDING_MINUTES + LANDING_MINUTES) * MINUTE
    return (at.dt.epoch("us") // length).alias(STRETCH)


def drop_landings(visits: Rows[VisitTouches], landings: pl.Series) -> Rows[Touches]:
    """The visits that are touches of their own."""
    is_landing = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(landings.implode())
    return visits.filter(~is_landing).select(columns(Touches))


def _read_channels(visits: pl.LazyFrame, name: str, clicked: pl.LazyFrame) -> pl.LazyFrame:
    """The visits whose column names a channel that was clicked: its name, or its channel group's.

    Few values stand in many rows: each is read once.
    """
    values = visits.select(name).unique()
    if name == Touches.channel_group:
        channels = [
            pl.col(name).replace_strict(
                list(GROUPS_OF_CHANNELS.values()),
                list(GROUPS_OF_CHANNELS),
                default=None,
                return_dtype=pl.String,
            )
        ]
    else:
        word = pl.col(name).str.strip_chars().str.to_lowercase().str.replace_all(r"[\s+_-]+", "_")
        channels = [word, word.replace_strict(CHANNELS_OF_MEDIA, default=None)]
    read = pl.concat(values.with_columns(one.alias(CLICKED_CHANNEL)) for one in channels)
    told = read.unique().join(clicked, on=CLICKED_CHANNEL, how="semi")
    return visits.join(told, on=name, how="inner", validate=STREAMED, build_side=HELD).select(
        VISIT, PERSON, AT, CLICKED_CHANNEL
    )
