"""What everybody did, in files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, columns, no_rows
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSends, ContactSessions, LinkNames
from contracts.facts.people.numbered_activities import NumberedMessages, People, numbered_schema
from contracts.feeds import Contacts
from contracts.reports.journeys import IdentityLinks
from contracts.vocabulary import Action
from flows.catalog.exchange_rates import rates_of
from flows.kept.keepers import Keeper
from flows.runtime.materialize import hold
from flows.steps.activities.activity_pieces import LAST, Pieces, lay_by_person
from flows.steps.activities.identity_links import link_devices
from flows.steps.activities.linked_pieces import LinkedPieces
from flows.steps.activities.message_activities import write_events, write_sends
from flows.steps.activities.people_inputs import PeopleInputs, find_people
from flows.steps.activities.web_activities import write_orders, write_sessions
from transforms.activities.activity_extracts import find_last_instants
from transforms.activities.ad_names_now import describe_links
from transforms.activities.described_activities import (
    BARE_ACTIONS,
    describe_events,
    describe_sends,
    number_events,
    number_messages,
    number_sends,
    number_sessions,
)
from transforms.activities.direct_mail import MAILED, list_shown_mail
from transforms.activities.person_numbers import (
    CONTACT_KEY,
    DEVICE_KEY,
    key_contacts,
    key_device,
    narrow_to_groups,
    number_contacts,
    place_contacts,
    restore_contacts,
)
from transforms.attribution.orders import price_orders
from transforms.common.key_places import KeyPlaces

ROWS_A_GROUP = 1_000_000
"""How many activities a group of people has about, if all do as much."""
SHOWN_MAIL = "shown mail"
"""The sends that events alone show."""
MAIL_FILE = "shown-mail.parquet"


@dataclass(frozen=True)
class Activities:
    """What people did, in files.

    People are looked at in groups where there are many: everything of a person is in one group.

    Rows lie in files with the keys of contacts and messages. Sums take them as they lie
    (`scan_keyed`); credits, which sort and join them, take numbers in the place of keys
    (`scan_numbered`, `scan_touching`); audiences take ids and names (`scan`).

    Attributes:
        folder: Holds the direct mail that events alone show, with numbers.
        pieces: `sends`, `events`, `sessions` and `orders`, with keys, in the files of many nights.
        link_names: Of sessions.
        has_bare: Whether any event may be a bare action.
    """

    folder: Path
    people: Held[People]
    messages: Held[NumberedMessages]
    links: Held[IdentityLinks]
    pieces: Mapping[str, Pieces]
    link_names: Held[LinkNames]
    has_bare: bool = False

    @cached_property
    def groups(self) -> int:
        """How many groups of people there are."""
        return sum(pieces.count() for pieces in self.pieces.values()) // ROWS_A_GROUP + 1

    @cached_property
    def places(self) -> KeyPlaces:
        """Where the keys of contacts stand among people: found once, asked by every step."""
        return place_contacts(self.people)

    def list_people(self, groups: range | None = None) -> Rows[People]:
        """All people, or those of some groups."""
        key = pl.col(People.contact_key)
        return narrow_to_groups(self.people.lazy(), key, groups, self.groups)

    def scan_numbered(self, kind: str, groups: range | None = None) -> pl.LazyFrame:
        """All activities of a kind, or those of some groups of people, with numbers."""
        if kind == SHOWN_MAIL:
            return self._scan_shown_mail(groups)
        return self.number(kind, self.pieces[kind].scan(groups, self.groups))

    def _scan_shown_mail(self, groups: range | None) -> pl.LazyFrame:
        path, names = self.folder / MAIL_FILE, numbered_schema(ContactSends)
        if not path.exists():
            return pl.LazyFrame(schema=names)
        rows = pl.scan_parquet(path)
        own = narrow_to_groups(rows, pl.col(CONTACT_KEY), groups, self.groups)
        return own.select(names.names())

    def number(self, kind: str, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Put numbers in the place of keys, and what links say in that of theirs.

        Args:
            rows: Some of it, as they lie in files.

        Returns:
            The rows in the same order.
        """
        numbered = number_contacts(rows, self.places)
        match kind:
            case "events":
                return number_events(numbered, self.messages, has_bare=self.has_bare)
            case "sends":
                return number_sends(numbered, self.messages)
            case "sessions":
                return number_sessions(numbered, self.link_names.lazy())
        return numbered.select(numbered_schema(PricedOrders).names())

    def scan_keyed(self, kind: str) -> pl.LazyFrame:
        """All activities of a kind as they lie in files, with keys."""
        return self.scan_numbered(kind) if kind == SHOWN_MAIL else self.pieces[kind].scan()

    def scan_touching(self, kind: str, groups: range | None = None) -> pl.LazyFrame:
        """What orders are credited from, of all people or some groups, with numbers.

        Of events the clicks that no machine made, of sessions all but the pages, and orders.
        """
        return self.number(kind, self.pieces[kind].scan_touching(groups, self.groups))

    def lay_by_person(self, kinds: Iterable[str], keeper: Keeper) -> "Activities":
        """The same, what orders are credited from of some kinds being in the order of people."""
        laid = {kind: lay_by_person(self.pieces[kind], keeper) for kind in kinds}
        return replace(self, pieces={**self.pieces, **laid})

    def list_last_instants(self) -> pl.LazyFrame:
        """When anything happened last in each organization (`LastInstants`): the latest holds."""
        of_mail = find_last_instants(self.scan_keyed(SHOWN_MAIL), ContactSends.sent_at)
        return pl.concat([*(pieces.scan_extract(LAST) for pieces in self.pieces.values()), of_mail])

    def scan(self, kind: str, groups: range | None = None) -> pl.LazyFrame:
        """All activities of a kind, or those of some groups of people, with ids and names.

        Args:
            kind: `sends` (`ContactSends`), `events` (`MessageEvents`), `sessions`
                (`ContactSessions`), `orders` (`PricedOrders`), or `contacts`, the organization and
                id of those whom the contacts feed has.
        """
        people, messages = self.people, self.messages.lazy()
        if kind == "contacts":
            org_id, known = pl.col(Contacts.org_id).cast(pl.String), pl.col(People.is_known)
            return self.list_people(groups).filter(known).select(org_id, Contacts.contact_id)
        rows = restore_contacts(self.scan_numbered(kind, groups), people)
        if kind == "events":
            return describe_events(rows, messages)
        if kind == "sessions":
            return rows.select(columns(ContactSessions))
        if kind == "orders":
            return rows.select(columns(PricedOrders))
        shown = restore_contacts(self.scan_numbered(SHOWN_MAIL, groups), people)
        return pl.concat([describe_sends(rows, messages), shown.select(columns(ContactSends))])


def write_activities(inputs: PeopleInputs) -> Activities:
    """Write every send, event, session and order, beside what else its person did."""
    orders, folder = _price_orders(inputs), inputs.scratch / "activities"
    links = link_devices(inputs, orders)
    people = find_people(inputs, orders, links, folder / "people")
    numbered = hold(number_messages(inputs.names.messages.lazy()), NumberedMessages)
    keyed = key_contacts(links.lazy()).with_columns(key_device().alias(DEVICE_KEY)).collect()
    linked = LinkedPieces(keyed, inputs.keeper, folder / "places")
    names = hold(describe_links(inputs.matched.links, inputs.ad_names), LinkNames)
    sends = write_sends(inputs, linked)
    pieces = {
        "events": write_events(inputs, linked, sends),
        "sends": sends,
        "sessions": write_sessions(inputs.matched, linked),
        "orders": write_orders(orders, linked),
    }
    has_bare = bool(inputs.catalog.feeds.event_types() & {*BARE_ACTIONS})
    activities = Activities(
        folder, people, numbered.collect(), links, pieces, names.collect(), has_bare
    )
    _write_shown_mail(inputs, activities)
    return activities


def _price_orders(inputs: PeopleInputs) -> Rows[PricedOrders]:
    if not inputs.catalog.has_rows("orders"):
        return no_rows(PricedOrders)
    config, rates = inputs.config.workspace, rates_of(inputs.catalog)
    orders = price_orders(inputs.scan_named("orders"), rates, config.currency, config.timezone)
    # All of them are held from here on: a plan of some joins starts at half the cost in memory.
    return hold(orders, PricedOrders)


def _write_shown_mail(inputs: PeopleInputs, activities: Activities) -> None:
    """Write the direct mail that only events show, where any may."""
    if not inputs.catalog.feeds.event_types() & {MAILED, str(Action.SENT)}:
        return
    mail = list_shown_mail(
        activities.scan("sends"), activities.scan("events"), inputs.names.messages.lazy()
    )
    numbers = activities.people.lazy().select(CONTACT_KEY, People.contact_no)
    rows = key_contacts(mail).join(numbers, on=CONTACT_KEY, how="left", validate="m:1")
    activities.folder.mkdir(parents=True, exist_ok=True)
    kept = rows.select(*numbered_schema(ContactSends).names(), CONTACT_KEY).sort(CONTACT_KEY)
    kept.sink_parquet(activities.folder / MAIL_FILE, compression="lz4")
