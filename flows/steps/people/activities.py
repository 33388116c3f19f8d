"""What everybody did, in files that are cut into ranges of contacts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.activities import ContactSends, ContactSessions, LinkedSessions, LinkNames
from contracts.facts.numbered_activities import (
    DeviceContacts,
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
    People,
    numbered_schema,
)
from contracts.facts.order_facts import PricedOrders
from contracts.feeds import Contacts
from contracts.reports.journeys import IdentityLinks
from contracts.vocabulary import Action
from flows.catalog.file_batches import MOST_ROWS
from flows.kept.identities import identify, identify_rows
from flows.kept.keepers import Keeper, Scratch
from flows.runtime.materialize import materialize, scan_groups, sink_groups
from flows.steps.people.activity_pieces import CLICKS, LAST, Pieces
from flows.steps.people.message_activities import write_events, write_sends
from flows.steps.people.people_inputs import PeopleInputs
from flows.steps.people.people_numbers import find_people
from flows.steps.people.placed_batches import Placing
from transforms.attribution.orders import price_orders
from transforms.people.activities import (
    BARE_ACTIONS,
    describe_events,
    describe_sends,
    number_events,
    number_messages,
    number_sends,
)
from transforms.people.activity_extracts import find_last_instants, keep_clicks
from transforms.people.ad_names_now import describe_links, name_links
from transforms.people.direct_mail import MAILED, list_shown_mail
from transforms.people.identity import (
    find_device_contacts,
    leave_devices,
    link_identities,
    link_single_devices,
    list_evidence,
)
from transforms.people.person_numbers import (
    CONTACT_NO,
    PART,
    count_parts,
    key_contacts,
    number_contacts,
    restore_contacts,
)

NUMBERED = {
    "sends": polars_schema(NumberedSends),
    "shown mail": numbered_schema(ContactSends),
    "events": polars_schema(NumberedEvents),
    "sessions": numbered_schema(ContactSessions),
    "orders": numbered_schema(PricedOrders),
}
"""What there is, by kind; shown mail are the sends that events alone show."""

INSTANTS = {
    "sends": ContactSends.sent_at,
    "shown mail": ContactSends.sent_at,
    "events": NumberedEvents.occurred_at,
    "sessions": ContactSessions.started_at,
    "orders": PricedOrders.ordered_at,
}
"""When what there is happened, by kind."""


@dataclass(frozen=True)
class Activities:
    """What people did, in files: everything of a person lies in one group.

    Attributes:
        folder: Holds `<kind>/<group>-….parquet`, with numbers, of what is in no piece.
        people: `People`; a group is one of their parts.
        messages: `NumberedMessages`.
        links: `IdentityLinks`.
        pieces: Kind -> its rows with keys, in the files of many nights.
        has_bare: Whether any event may be a bare action.
        links_of_sessions: `LinkNames`, where sessions lie in files without them.
    """

    folder: Path
    people: pl.DataFrame
    messages: pl.DataFrame
    links: pl.DataFrame
    pieces: Mapping[str, Pieces] = field(default_factory=dict)
    has_bare: bool = False
    links_of_sessions: pl.LazyFrame | None = None

    @cached_property
    def groups(self) -> int:
        """How many groups there are."""
        return count_parts(self.people)

    def identity(self, group: int) -> str:
        """What `scan`, `scan_numbered` and `list_people` give of a group, but for the numbers.

        Of contacts it tells only their order, so that a new one elsewhere makes no difference.
        """
        people = self.people.filter(pl.col(PART) == group)
        orgs = people.get_column(People.org_id).unique().implode()
        messages = self.messages.filter(pl.col(NumberedMessages.org_id).is_in(orgs))
        in_files = {
            kind: identify_rows(self._unnumber(self.scan_numbered(kind, group), people))
            for kind in NUMBERED
            if kind not in self.pieces
        }
        return identify(
            self.has_bare,
            identify_rows(people.select(pl.exclude(CONTACT_NO, PART)).lazy()),
            identify_rows(messages.select(pl.exclude(NumberedMessages.message_no)).lazy()),
            {kind: pieces.identify(group) for kind, pieces in self.pieces.items()},
            in_files,
        )

    @staticmethod
    def _unnumber(rows: pl.LazyFrame, people: pl.DataFrame) -> pl.LazyFrame:
        """Rows of a group with the places of their contacts in it instead of their numbers."""
        first = people.get_column(CONTACT_NO).min()
        return rows.with_columns(pl.col(CONTACT_NO) - pl.lit(first, pl.UInt32))

    def list_people(self, group: int | None = None) -> pl.LazyFrame:
        """`People`, or those of a group."""
        people = self.people.lazy()
        return people if group is None else people.filter(pl.col(PART) == group)

    def scan_numbered(self, kind: str, group: int | None = None) -> pl.LazyFrame:
        """All activities of a kind, or those of a group, with numbers."""
        if kind == "sessions" and self.links_of_sessions is not None:
            linked = scan_groups(self.folder / kind, numbered_schema(LinkedSessions), group)
            return name_links(linked, self.links_of_sessions).select(NUMBERED[kind].names())
        if kind not in self.pieces:
            return scan_groups(self.folder / kind, NUMBERED[kind], group)
        rows, messages = self.pieces[kind].scan(group), self.messages
        people = self.people if group is None else self.people.filter(pl.col(PART) == group)
        if kind == "events":
            return number_events(rows, people, messages, has_bare=self.has_bare)
        return number_sends(rows, people, messages)

    def scan_told(self, kind: str) -> pl.LazyFrame:
        """All activities of a kind as they lie in files: what needs no number needs no join."""
        if kind in self.pieces:
            return self.pieces[kind].scan()
        return self.scan_numbered(kind)

    def scan_clicks(self) -> pl.LazyFrame:
        """The clicks that no machine made (`NumberedEvents`), without a look at other events."""
        if "events" not in self.pieces:
            return keep_clicks(self.scan_numbered("events"))
        clicks = self.pieces["events"].scan_extract(CLICKS)
        return number_events(clicks, self.people, self.messages, has_bare=self.has_bare)

    def list_last_instants(self) -> pl.LazyFrame:
        """When anything happened last in each organization (`LastInstants`): the latest holds."""
        return pl.concat(
            self.pieces[kind].scan_extract(LAST)
            if kind in self.pieces
            else find_last_instants(self.scan_told(kind), at)
            for kind, at in INSTANTS.items()
        )

    def scan(self, kind: str, group: int | None = None) -> pl.LazyFrame:
        """All activities of a kind, or those of a group of people, with ids and names.

        Args:
            kind: `sends` (`ContactSends`), `events` (`MessageEvents`), `sessions`
                (`ContactSessions`), `orders` (`PricedOrders`), or `contacts`, the organization and
                id of those whom the contacts feed has.
            group: The group; None for all of them.
        """
        people, messages = self.list_people(group), self.messages.lazy()
        if kind == "contacts":
            return people.filter(People.is_known).select(Contacts.org_id, Contacts.contact_id)
        rows = restore_contacts(self.scan_numbered(kind, group), people)
        if kind == "events":
            return describe_events(rows, messages)
        if kind == "sessions":
            return rows.select(columns(ContactSessions))
        if kind == "orders":
            return rows.select(columns(PricedOrders))
        shown = restore_contacts(self.scan_numbered("shown mail", group), people)
        return pl.concat([describe_sends(rows, messages), shown.select(columns(ContactSends))])


def write_activities(
    inputs: PeopleInputs, folder: Path, keeper: Keeper | None = None
) -> Activities:
    """Write every send, event, session and order, beside what else its person did.

    Args:
        inputs: What activities are made from.
        folder: Where to write what is not kept.
        keeper: Has written what a later run can take over; by default all of it is written anew.
    """
    orders = _price_orders(inputs)
    links = _link_identities(inputs, orders)
    people = find_people(inputs, orders, links)
    numbered = materialize(number_messages(inputs.messages.lazy()), NumberedMessages)
    keyed = key_contacts(links.lazy()).collect()
    placing = Placing(people.lazy(), count_parts(people), keyed, keeper or Scratch(folder / "kept"))
    pieces = {
        "events": write_events(inputs, placing),
        "sends": write_sends(inputs, placing),
    }
    has_bare = bool(inputs.catalog.given.event_types() & {*BARE_ACTIONS})
    names = describe_links(inputs.matched.links, inputs.ad_names)
    activities = Activities(
        folder, people, numbered.collect(), links, pieces, has_bare, materialize(names, LinkNames)
    )
    _write_shown_mail(inputs, activities)
    sessions, started_at = inputs.matched.sessions, ContactSessions.started_at
    _write_web("sessions", LinkedSessions, sessions, started_at, placing, folder)
    _write_web("orders", PricedOrders, orders, PricedOrders.credited_at, placing, folder)
    return activities


def _price_orders(inputs: PeopleInputs) -> pl.LazyFrame:
    """All orders, as `PricedOrders`."""
    config = inputs.config.workspace
    rates = inputs.catalog.scan("exchange_rates")
    orders = price_orders(inputs.scan_named("orders"), rates, config.currency, config.timezone)
    return materialize(orders, PricedOrders)


def _link_identities(inputs: PeopleInputs, orders: pl.LazyFrame) -> pl.DataFrame:
    """Whose each device was (`IdentityLinks`); a refund proves nothing that its order does not."""
    is_own = pl.col(PricedOrders.credited_at) == pl.col(PricedOrders.ordered_at)
    sessions, backward_days = inputs.sessions, inputs.config.identity.backward_days
    named = (
        sessions,
        inputs.catalog.scan("page_views"),
        inputs.scan_named("events"),
        orders.filter(is_own),
    )
    devices = materialize(find_device_contacts(list_evidence(*named)), DeviceContacts)
    is_single = pl.col(DeviceContacts.is_single)
    shared = devices.filter(~is_single).collect()
    links = link_single_devices(devices.filter(is_single), sessions, backward_days)
    if shared.height:
        own = (leave_devices(rows, shared.lazy()) for rows in named)
        links = pl.concat([links, link_identities(*own, backward_days)])
    # A struct is sorted by the bytes of its fields together: half of what sorting by each takes.
    return materialize(links.sort(pl.struct(key(IdentityLinks))), IdentityLinks).collect()


def _write_shown_mail(inputs: PeopleInputs, activities: Activities) -> None:
    """Write the direct mail that only events show, where any may."""
    if not inputs.catalog.given.event_types() & {MAILED, str(Action.SENT)}:
        return
    mail = list_shown_mail(
        activities.scan("sends"), activities.scan("events"), inputs.messages.lazy()
    )
    rows = number_contacts(mail, activities.people.lazy())
    kept = rows.select(*NUMBERED["shown mail"].names(), PART)
    sink_groups(kept, PART, activities.groups, activities.folder / "shown mail")


def _write_web(
    kind: str, table: type[Table], rows: pl.LazyFrame, at: str, placing: Placing, folder: Path
) -> None:
    """Write sessions or orders, of a device's rows those of its contact then as theirs.

    Args:
        kind: The folder below `folder`.
        table: What is written of a row, beside the number of its contact.
        rows: Any with organization, contact and device.
        at: The column of their instant.
        placing: By what their people are found.
        folder: Where to write.
    """
    names = [CONTACT_NO, *(name for name in columns(table) if name != Contacts.contact_id), PART]
    batches = rows.collect_batches(chunk_size=MOST_ROWS, maintain_order=False, engine="streaming")
    for source, batch in enumerate(batches):
        keyed = key_contacts(batch.lazy()).collect(engine="in-memory")
        placed = placing.place_linked(keyed, at).select(names)
        sink_groups(placed, PART, placing.parts, folder / kind, source)
