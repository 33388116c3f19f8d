"""Sends and events, each written once, beside everything else that its contact did."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.numbered_activities import (
    Clicks,
    FirstSentEvents,
    HastyClicks,
    MachineAgents,
    SendPlaces,
)
from contracts.facts.send_keys import SendKeys
from contracts.feeds import Events
from contracts.vocabulary import Action
from flows.config.memory import fact_rows_at_once, sends_at_once
from flows.runtime.materialize import materialize, sink_groups
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.people.people_inputs import PeopleInputs
from transforms.ingest.deduplication import FILE, ROW_NUMBER
from transforms.messaging.bot_detection import (
    find_hasty_clicks,
    flag_machines,
    judge_agents,
    select_clicks,
    select_deliveries,
)
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_linking import identify_contacts
from transforms.people.activities import (
    BARE_ACTIONS,
    add_unit_key,
    find_first_sent,
    list_deliveries,
    number_events,
    number_sends,
    place_sends,
)
from transforms.people.identity import fill_contacts
from transforms.people.person_numbers import CONTACT_NO, PART, place_devices

ROWS_OF_FILE = 1 << 32
"""More than a file has rows."""
CLICKS_AT_ONCE = 2_000_000
"""How many clicks are looked at for haste at a time."""


@dataclass(frozen=True)
class Numbers:
    """What contacts and messages are numbered by.

    Attributes:
        people: `People`.
        messages: `NumberedMessages`.
        links: `IdentityLinks` with the number and part of their contact.
    """

    people: pl.LazyFrame
    messages: pl.LazyFrame
    links: pl.DataFrame

    @property
    def parts(self) -> int:
        """Into how many ranges the contacts are cut."""
        return (self.people.select(pl.col(PART).max()).collect().item() or 0) + 1


def write_sends(inputs: PeopleInputs, numbers: Numbers, folder: Path) -> None:
    """Write every send into the part of its contact, as `NumberedSends`."""
    sent = find_first_sent(
        _open_keys(inputs).read_events(EventScope.SEND),
        _read_sends(inputs),
    )
    sends = number_sends(
        inputs.scan_named("sends"),
        materialize(sent, FirstSentEvents),
        numbers.people,
        numbers.messages,
    )
    sink_groups(sends, PART, numbers.parts, folder)


def write_events(inputs: PeopleInputs, numbers: Numbers, folder: Path) -> None:
    """Write every event into the part of its person, as `NumberedEvents`.

    Sends that are too many to be held are looked up in turns, each for the events of its own sends.
    """
    if not inputs.catalog.has_rows("events"):
        return
    events = inputs.name(
        inputs.catalog.scan_numbered("events").with_columns(
            (pl.col(FILE).cast(pl.UInt64) * ROWS_OF_FILE + pl.col(ROW_NUMBER)).alias(
                Clicks.event_row
            )
        )
    ).pipe(add_unit_key)
    flagged = flag_machines(events, _judge_agents(inputs), _find_hasty_clicks(inputs, events))
    sends = sum(file.count_valid("sends") for file in inputs.catalog.feeding("sends"))
    turns = sends // sends_at_once(inputs.config.run) + 1
    for turn in range(turns):
        chosen = _read_sends(inputs).filter(_is_of(SendKeys.send_key, turn, turns))
        places = materialize(place_sends(chosen, numbers.people, numbers.messages), SendPlaces)
        numbered = number_events(
            flagged.filter(_is_of(Clicks.unit_key, turn, turns)),
            places,
            numbers.people,
            numbers.messages,
            inputs.channels,
            has_bare=bool(inputs.catalog.given.event_types() & {*BARE_ACTIONS}),
        )
        if numbers.links.height:
            at, contact = Events.occurred_at, (CONTACT_NO, PART)
            numbered = fill_contacts(numbered, numbers.links.lazy(), at, contact)
        placed = place_devices(numbered, numbers.parts)
        sink_groups(placed, PART, numbers.parts, folder, turn)


def _is_of(key: str, turn: int, turns: int) -> pl.Expr:
    """Whether a row's key is of a turn; rows without one are of the first."""
    return pl.col(key).fill_null(0) % turns == turn if turns > 1 else pl.lit(value=True)


def _open_keys(inputs: PeopleInputs) -> KeyFiles:
    """The key columns of sends and events."""
    most_rows = fact_rows_at_once(inputs.config.run)
    return KeyFiles.of(inputs.catalog, inputs.channels, most_rows)


def _read_sends(inputs: PeopleInputs) -> pl.LazyFrame:
    """The key columns of all sends (`FeedSends`), contacts identified."""
    rows = _open_keys(inputs).read_sends()
    if inputs.emails.is_empty():
        return rows
    by_address = pl.col(SendKeys.is_by_address)
    identified = identify_contacts(rows.filter(by_address), inputs.emails.lazy())
    return pl.concat([rows.filter(~by_address), identified])


def _judge_agents(inputs: PeopleInputs) -> pl.LazyFrame:
    """The machines among the user agents of all events."""
    agents = inputs.catalog.scan("events").select(Events.user_agent).drop_nulls().unique()
    return materialize(judge_agents(agents), MachineAgents)


def _find_hasty_clicks(inputs: PeopleInputs, events: pl.LazyFrame) -> pl.LazyFrame:
    """The clicks that bear a sign of haste (`HastyClicks`), some sends' at a time."""
    given = inputs.catalog.given
    deliveries = pl.concat(
        [
            list_deliveries(
                inputs.scan_named("sends"), of_messages=given.names_message_and_contact()
            ),
            select_deliveries(events),
        ]
    )
    clicks = sum(
        count
        for file in inputs.catalog.feeding("events")
        if (got := file.of_table("events"))
        for name, count in got.event_types.items()
        if name.endswith(str(Action.CLICKED))
    )
    turns = clicks // CLICKS_AT_ONCE + 1
    hasty = []
    for turn in range(turns if clicks else 0):
        is_of = _is_of(Clicks.unit_key, turn, turns)
        looked_at = materialize(select_clicks(events).filter(is_of), Clicks)
        hasty.append(materialize(find_hasty_clicks(looked_at, deliveries), HastyClicks))
    return pl.concat([pl.LazyFrame(schema=polars_schema(HastyClicks)), *hasty])
