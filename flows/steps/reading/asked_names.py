"""Names in questions must exist: an audience of a misspelt event type is everybody (SPEC §3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.channels import RunChannels
from contracts.config.nearest_names import guess
from contracts.config.workspace import AudienceSection, Workspace
from contracts.feeds import (
    AdConversions,
    Campaigns,
    Dispatches,
    Events,
    ListMembers,
    Messages,
    Segments,
    Sends,
)
from contracts.manifest import Warned
from contracts.reference.web_sources import ChannelGroup
from flows.catalog.canonical_tables import Catalog
from flows.errors import ConfigurationError
from flows.steps.messaging.described_messages import find_channels
from transforms.people.audiences import read_moment

NAMED_IN: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "campaign": (
        ("campaigns", (Campaigns.campaign_id, Campaigns.name)),
        ("dispatches", (Dispatches.campaign_id,)),
        ("messages", (Messages.campaign_id,)),
        ("list_members", (ListMembers.campaign_id,)),
        ("sends", (Sends.campaign_id,)),
    ),
    "message": (
        ("messages", (Messages.message_id, Messages.name)),
        ("sends", (Sends.message_id,)),
        ("events", (Events.message_id,)),
    ),
    "segment": (
        ("segments", (Segments.segment_id, Segments.name)),
        ("list_members", (ListMembers.segment_id,)),
    ),
}
"""What a question names -> the tables and columns that know such names, the fewest rows first."""

CONVERSIONS = "ad_conversions"
TOUCH_CHANNEL = "channel of touches"
NAME = "name"
COMMAND = "--"
"""Where a command's question stands: its keys are options."""


@dataclass(frozen=True)
class Question:
    """A name that somebody asks for: what it names, the name, and where it stands."""

    what: str
    name: str
    setting: str


def find_unknown_names(
    catalog: Catalog, config: Workspace, asked: Sequence[AudienceSection] = ()
) -> ConfigurationError | None:
    """Whether the configuration or a command asks for something that no feed and no word knows.

    Args:
        config: The configuration, its audiences and touch settings among it.
    """
    audiences = [(f"audiences[{place}]", one) for place, one in enumerate(config.audiences)]
    audiences += [(COMMAND, one) for one in asked]
    problems = [
        problem
        for place, audience in audiences
        for problem in _find_date_problems(place, audience, config.workspace.timezone)
    ]
    questions = [
        *(one for place, audience in audiences for one in _list_questions(place, audience)),
        *(
            Question("event type", name, f"attribution.touch_events[{place}]")
            for place, name in enumerate(config.attribution.touch_events)
        ),
        *(
            Question(TOUCH_CHANNEL, name, f"attribution.lookback_hours.{name}")
            for name in config.attribution.lookback_hours
        ),
    ]
    if questions:
        channels = find_channels(catalog, config)
        problems += [
            f"{one.setting}: {problem}"
            for one in questions
            if (problem := _explain_unknown(one, catalog, config, channels))
        ]
    if not problems:
        return None
    outcome = "nobody was selected:" if asked else "nothing was published:"
    return ConfigurationError("\n  ".join([outcome, *problems]))


def _list_questions(place: str, audience: AudienceSection) -> Iterator[Question]:
    named = {
        "performed": ("event type", audience.performed),
        "never": ("event type", audience.never),
        "campaign": ("campaign", audience.campaign),
        "message": ("message", audience.message),
        "segment": ("segment", audience.segment),
        "subscribed": ("channel", audience.subscribed),
    }
    for key, (what, name) in named.items():
        if name is not None:
            yield Question(what, name, _setting(place, key))


def _setting(place: str, key: str) -> str:
    return f"--{key}" if place == COMMAND else f"{place}.{key}"


def _find_date_problems(place: str, audience: AudienceSection, timezone: str) -> Iterator[str]:
    moments = {}
    for key, text in (("from", audience.start), ("to", audience.until)):
        if text is not None:
            try:
                moments[key] = read_moment(text, timezone, end=key == "to")
            except ValueError as error:
                yield f"{_setting(place, key)}: {error}"
    if len(moments) > 1 and moments["from"] >= moments["to"]:
        yield f"{_setting(place, 'from')}: {audience.start} is after to = {audience.until}"


def _explain_unknown(
    question: Question, catalog: Catalog, config: Workspace, channels: RunChannels
) -> str | None:
    """The sentence about a name that nothing knows."""
    if question.what not in NAMED_IN:
        known = _list_words(question.what, catalog, config, channels)
        is_known = question.name in known
    elif not (is_known := _is_named(catalog, question)):
        known = _list_names(catalog, question.what)
    if is_known:
        return None
    hint = guess(question.name, known)
    return f"no feed and no vocabulary knows the {question.what} {question.name!r}{hint}"


def _list_words(what: str, catalog: Catalog, config: Workspace, channels: RunChannels) -> set[str]:
    """The event types or channels that feeds or the vocabulary know."""
    if what == "event type":
        feeds = catalog.feeds
        borne = feeds.event_types() | feeds.constant_event_types()
        return {*channels.interactions, *config.events.generic, *borne}
    if what == TOUCH_CHANNEL:
        return {*channels.codes, *map(str, ChannelGroup), *config.attribution.touch_events}
    return {*channels.messages}


def _is_named(catalog: Catalog, question: Question) -> bool:
    return any(
        _names_of(catalog, table, columns)
        .filter(pl.col(NAME) == question.name)
        .head(1)
        .collect()
        .height
        for table, columns in NAMED_IN[question.what]
    )


def _names_of(catalog: Catalog, table: str, columns: tuple[str, ...]) -> pl.LazyFrame:
    rows = catalog.scan(table)
    return pl.concat([rows.select(pl.col(name).alias(NAME)) for name in columns]).drop_nulls()


def _list_names(catalog: Catalog, what: str) -> set[str]:
    """The names that assets bear, for the nearest; the ids that sends and events name are many."""
    table, columns = NAMED_IN[what][0]
    return {*_names_of(catalog, table, columns).unique().collect().get_column(NAME)}


def warn_of_conversions(catalog: Catalog) -> Iterator[Warned]:
    """Warn of conversions that a feed's `conversions` names and no row of its platform bears."""
    for feed in catalog.feeds:
        platforms = [
            resolved.mapping.constants.get(AdConversions.platform)
            for resolved in feed.mappings
            if resolved.mapping.table == CONVERSIONS
        ]
        if not (feed.section.conversions and any(platforms) and catalog.has_rows(CONVERSIONS)):
            continue
        borne = (
            catalog.scan(CONVERSIONS)
            .filter(pl.col(AdConversions.platform).is_in([one for one in platforms if one]))
            .select(pl.col(AdConversions.conversion_name).str.strip_chars().unique())
            .collect()
            .to_series()
        )
        folded = {name.lower() for name in borne}
        for name in feed.section.conversions:
            if name.strip().lower() not in folded:
                yield feed.warn(
                    "conversion_unknown",
                    f"no row bears the conversion {name!r}, which conversions names, so that it "
                    f"counts nothing{guess(name, borne)}",
                    "conversions",
                )
