"""The send facts of a run at their finest: every send, and every row of a feed that is of it."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import Rows, columns, no_rows
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_facts import (
    AssignedEvents,
    CountedEvents,
    SendFacts,
)
from contracts.facts.messaging.send_keys import EventKeys, FeedEvents, FeedSends, SendKeys
from contracts.facts.messaging.send_sums import AssumedBases, MessageDays
from contracts.reports.campaigns import HierarchyReport
from contracts.vocabulary import DeliveryBasis, MessageLevel
from flows.explain.messaging.narrowed_keys import KeyRows, PlacedKeys, Seed, narrow_keys, place_rows
from flows.explain.published_run import PublishedRun
from flows.steps.messaging.linked_events import (
    BY_ADDRESS,
    identify_addressees,
    identify_sends,
    list_linkable,
    mark_linked,
    pair_named,
)
from flows.steps.messaging.restating.touched_sends import UNLINKED
from flows.steps.messaging.send_facts import (
    count_events,
    number_organizations,
    prepare_facts,
    settle_sends,
)
from transforms.explain.row_places import ROW_PLACE, TABLE
from transforms.messaging.daily_sums import sum_message_days
from transforms.messaging.delivery_basis import (
    assume_deliveries,
    channel_of_basis,
    find_assumed,
    list_said_delivered,
)
from transforms.messaging.event_assignment import (
    assign_channels,
    assign_events,
    unit_key,
)
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_linking import key_message_contacts, link_to_sends

UNIT, PLACE, MESSAGE = CountedEvents.unit_key, SendKeys.row_number, SendFacts.message_key
OWN_PLACE = pl.col(CountedEvents.contact_key).alias(ROW_PLACE)
"""Where an event's row stands, which its facts bear in place of its contact."""
NAMES = [
    DescribedMessages.org_id,
    DescribedMessages.campaign_id,
    DescribedMessages.dispatch_id,
    DescribedMessages.message_id,
]
BASIS = HierarchyReport.delivery_basis
CLEAR_BASES = (DeliveryBasis.RECEIPTS, DeliveryBasis.ASSUMED)


class MixedBasis(Exception):  # noqa: N818 - it names what was found
    """Only from all sends can it be told which deliveries are assumed."""


@dataclass(frozen=True)
class UnitFacts:
    """Every send of a run, and every event, with what is counted of it.

    Attributes:
        sends: One row per send and day: its message's ids, `channel`, `date_day`, counts.
        events: One row per open and click likewise, its `row_place` in the place of the send.
        rows: One row per row of a feed that is of a send (`choose_carriers`).
    """

    sends: pl.DataFrame
    events: pl.DataFrame
    rows: pl.DataFrame


class UnitBuilder:
    """Builds the facts of a run by the very transforms that built its reports."""

    def __init__(self, run: PublishedRun) -> None:
        """Prepare what the facts are made from."""
        self.run = run
        self.catalog = run.catalog
        self.names = run.names
        organizations = number_organizations(self.names.messages)
        self.named = prepare_facts(run.inputs, self.names, organizations)
        self.keys = PlacedKeys.whole(run.catalog, self.names.channels, self.names.claimed)

    def count_rows(self) -> int:
        """How many sends and events were read."""
        tables = ("sends", "events")
        return sum(file.count_valid(table) for file in self.catalog.files for table in tables)

    def build(self, seed: Seed | None = None) -> UnitFacts:
        """Every send, every event, and the rows that they come from; or those of a figure.

        Args:
            seed: Which rows say themselves that they are of the figure; None for all.

        Raises:
            MixedBasis: Which deliveries are assumed can only be told from all sends.
        """
        codes, zone = self.named.codes, self.named.timezone
        read = self._read() if seed is None else narrow_keys(self._read(), seed, self.names.owners)
        sends = assign_channels(read.sends, codes).collect().lazy()
        events = self._link_events(read).collect().lazy()
        placed = events.with_columns(pl.col(PLACE).alias(EventKeys.contact_key))
        assigned = assign_events(placed, sends, self.named.bare_codes).collect().lazy()
        counted = count_events(assigned, sends, self.named.unknown)
        facts = settle_sends(sends, counted, codes, zone).collect().lazy()
        days = sum_message_days(facts, counted, zone)
        if seed is None:
            assumed = find_assumed(days, list_said_delivered(counted, codes))
        else:
            assumed = self._find_published_bases(days)
        contacts = self._find_contacts(read.sends, counted, events)
        return UnitFacts(
            self._sum_sends(facts, assumed, contacts).collect(),
            self._sum_events(counted, contacts).collect(),
            self._list_rows(
                read.sends, counted, assigned.filter(AssignedEvents.is_holdout)
            ).collect(),
        )

    def _sum_sends(
        self, facts: Rows[SendFacts], assumed: Rows[AssumedBases], contacts: pl.LazyFrame
    ) -> pl.LazyFrame:
        """What is counted of each send: sums by message, as if each were a message of its own."""
        alone = facts.with_columns(pl.col(UNIT).alias(MESSAGE))
        sums = sum_message_days(alone, no_rows(CountedEvents), self.named.timezone)
        of = facts.select(UNIT, MESSAGE, SendFacts.channel_code)
        return self._name(sums.pipe(assume_deliveries, assumed), UNIT, of, contacts)

    def _sum_events(self, counted: Rows[CountedEvents], contacts: pl.LazyFrame) -> pl.LazyFrame:
        alone = counted.with_columns(OWN_PLACE.alias(MESSAGE))
        sums = sum_message_days(no_rows(SendFacts), alone, self.named.timezone)
        of = counted.select(
            OWN_PLACE, UNIT, MESSAGE, SendFacts.channel_code, CountedEvents.link_key
        )
        return self._name(sums, ROW_PLACE, of, contacts)

    def _find_published_bases(self, days: pl.LazyFrame) -> Rows[AssumedBases]:
        """The assumed bases of some sends, by what was published of their messages.

        Raises:
            MixedBasis: Only some of a message's deliveries are assumed.
        """
        published = self.run.scan("campaigns", "hierarchy_report")
        if published is None:
            raise MixedBasis
        ids = [*NAMES, DescribedMessages.channel]
        stated = published.filter(pl.col(HierarchyReport.level) == MessageLevel.MESSAGE).select(
            *ids, BASIS
        )
        bases = (
            days.filter(pl.col(MessageDays.sends) > 0)
            .select(MESSAGE, MessageDays.basis_key)
            .unique()
            .with_columns(channel_of_basis().alias(SendFacts.channel_code))
            .pipe(self._add_names)
            .join(stated, on=ids, how="left", nulls_equal=True, validate="m:1")
            .collect()
        )
        if not bases.get_column(BASIS).is_in([*CLEAR_BASES]).all():
            raise MixedBasis
        is_assumed = pl.col(BASIS) == DeliveryBasis.ASSUMED
        by_basis = bases.group_by(MessageDays.basis_key).agg(
            is_assumed.any().alias("any"), is_assumed.all().alias("all")
        )
        if by_basis.filter(pl.col("any") != pl.col("all")).height:
            raise MixedBasis
        return by_basis.lazy().filter("all").select(MessageDays.basis_key)

    def _read(self) -> KeyRows:
        """The key columns of all sends and events."""
        keys = self.keys
        raw = identify_sends(place_rows(keys.read_sends()), self.names.owners)
        named = place_rows(keys.read_events(EventScope.SEND))
        if not any(keys.has(scope) for scope in UNLINKED):
            return KeyRows(raw, named, None)
        addressed = pl.concat([place_rows(keys.read_events(scope)) for scope in BY_ADDRESS])
        addressed = identify_addressees(addressed, self.names.owners)
        of_contact = place_rows(keys.read_events(EventScope.MESSAGE_CONTACT))
        return KeyRows(raw, named, pl.concat([of_contact, key_message_contacts(addressed)]))

    def _link_events(self, read: KeyRows) -> Rows[FeedEvents]:
        """All events, each with the key of its send and whether it names that by its id."""
        unlinked = read.named.clear() if read.unlinked is None else read.unlinked
        if read.unlinked is not None:
            named = pair_named(read.named, self.names.owners)
            unlinked = link_to_sends(unlinked, list_linkable(read.sends, named, self.named.codes))
        return mark_linked(read.named, unlinked)

    def _find_contacts(
        self, sends: Rows[FeedSends], counted: Rows[CountedEvents], events: Rows[FeedEvents]
    ) -> pl.LazyFrame:
        """One row per send: the key of its contact, as the send's row or its events say."""
        contact = SendFacts.contact_key
        stated = self._find_units(sends).select(UNIT, contact)
        shown = (
            counted.filter(~pl.col(CountedEvents.has_row))
            .select(UNIT, OWN_PLACE)
            .join(
                events.select(pl.col(PLACE).alias(ROW_PLACE), contact),
                on=ROW_PLACE,
                how="inner",
                validate="1:1",
            )
            .group_by(UNIT)
            .agg(pl.col(contact).max())
        )
        return identify_addressees(pl.concat([stated, shown]), self.names.owners)

    def _list_rows(
        self, sends: Rows[FeedSends], counted: Rows[CountedEvents], held_out: Rows[AssignedEvents]
    ) -> pl.LazyFrame:
        """The rows of feeds that are of a send, or of a hold-out."""
        of_sends = self._find_units(sends).select(
            UNIT,
            pl.col(PLACE).alias(ROW_PLACE),
            pl.lit("sends").alias(TABLE),
            SendFacts.status_code,
        )
        events = [rows.select(columns(CountedEvents)) for rows in (counted, held_out)]
        of_events = pl.concat(events).select(
            UNIT,
            OWN_PLACE,
            pl.lit("events").alias(TABLE),
            CountedEvents.action_code,
            CountedEvents.bounce_code,
            CountedEvents.is_machine,
            CountedEvents.occurred_at,
            CountedEvents.names_send,
            CountedEvents.has_row,
        )
        return pl.concat([of_sends, of_events], how="diagonal")

    def _find_units(self, sends: Rows[FeedSends]) -> pl.LazyFrame:
        """The rows of sends whose message is known, each with the key of its unit."""
        unit = unit_key(SendKeys.send_key, SendFacts.channel_code).alias(UNIT)
        known = sends.join(self.named.codes, on=MESSAGE, how="inner", validate="m:1")
        return known.with_columns(unit)

    def _name(
        self, sums: pl.LazyFrame, by: str, of: pl.LazyFrame, contacts: pl.LazyFrame
    ) -> pl.LazyFrame:
        """Give sums by unit or event the ids and channel of their message, and their contact.

        Args:
            by: The column of the unit, or of the event's place, for which a message stands.
            of: Of which message and channel each is.
        """
        theirs = of.join(contacts, on=UNIT, how="left", validate="m:1")
        named = sums.rename({MESSAGE: by}).join(theirs, on=by, how="inner", validate="m:1")
        return self._add_names(named)

    def _add_names(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Give rows with a message and the number of a channel the ids and the channel's name."""
        channel = pl.col(SendFacts.channel_code).replace_strict(
            self.names.channels.names, return_dtype=pl.String
        )
        names = self.names.messages.lazy().select(MESSAGE, *NAMES)
        return rows.join(names, on=MESSAGE, how="inner", validate="m:1").with_columns(
            channel.alias(DescribedMessages.channel)
        )
