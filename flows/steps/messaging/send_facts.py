"""The send facts, built group of buckets by group of buckets in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.hierarchy import DescribedMessages, MessageCodes
from contracts.facts.messaging.send_facts import (
    AssignedEvents,
    ChannelSends,
    CountedEvents,
    SendFacts,
    SendUnits,
    UnitEvents,
)
from contracts.facts.messaging.send_keys import AddressOwners, ContactDomains
from contracts.facts.messaging.send_sums import ContactBases
from flows.cluster.workers import count_up, perform
from flows.config.memory import FACT_ROWS, count_at_once
from flows.errors import CampaignReportsError
from flows.runtime.materialize import materialize
from flows.steps.messaging.described_messages import NamedKeys
from flows.steps.messaging.fact_files import CONTACTS, FACTS, FactFiles
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.messaging.linked_events import (
    LinkInputs,
    identify_addressees,
    move_events,
    read_events,
    read_sends,
)
from flows.steps.step_inputs import StepInputs
from transforms.common.key_places import KeyPlaces
from transforms.common.keys import hash_unknown_message, list_repeated
from transforms.messaging.contact_sums import sum_contacts
from transforms.messaging.daily_sums import sum_links, sum_message_days
from transforms.messaging.delivery_basis import list_said_delivered
from transforms.messaging.domain_sums import sum_domains
from transforms.messaging.event_assignment import (
    assign_channels,
    assign_events,
    keep_counted,
    name_messages,
    separate_sends,
    unit_key,
)
from transforms.messaging.hasty_clicks import flag_hasty_clicks
from transforms.messaging.segment_sums import key_members, sum_segments
from transforms.messaging.send_facts import build_send_facts, count_unclear, sum_events
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_units import list_units, number_events

BARE_ACTIONS = frozenset(ACTION_CODES)
ROWS_A_PART = 4_000_000
"""How many rows the contacts of a part have about, whose sums are added up at a time: each group
writes a file for each part."""


@dataclass(frozen=True)
class FactInputs:
    """What the send facts are made from, beside the key columns.

    Attributes:
        bare_codes: Of those, the messages whose channel bare actions take.
        unknown: The keys that stand for no message known.
        members: List members by campaign and contact (`key_members`).
    """

    messages: Rows[DescribedMessages]
    codes: Rows[MessageCodes]
    bare_codes: pl.LazyFrame
    unknown: list[int]
    owners: Held[AddressOwners]
    domains: Held[ContactDomains]
    members: pl.DataFrame
    timezone: str

    @cached_property
    def domain_places(self) -> KeyPlaces:
        """Where the contacts stand among the domains: found once, asked by every group."""
        return KeyPlaces.of(self.domains.get_column(ContactDomains.contact_key))


@dataclass(frozen=True)
class GroupInputs:
    """What the facts of any group of buckets are made from.

    Attributes:
        links: Sends and events, and how they find each other.
        parts: Into how many parts those by contact are cut.
    """

    links: LinkInputs
    named: FactInputs
    files: FactFiles
    parts: int


def build_facts(inputs: StepInputs, names: NamedKeys, folder: Path) -> FactFiles:
    """Build the facts of a run group by group, and keep their sums."""
    files = FactFiles(folder / FACTS)
    organizations = number_organizations(names.messages)
    files.begin(organizations)
    files.groups.mkdir()
    most_rows = count_at_once(inputs.config.run, FACT_ROWS) // inputs.workers.at_once
    keys = KeyFiles.of(inputs.catalog, names.channels, names.claimed, most_rows)
    named = prepare_facts(inputs, names, organizations)
    links = LinkInputs.of(keys, named.codes, names.owners, files.groups)
    parts = keys.rows // ROWS_A_PART + 1
    of = GroupInputs(links, named, files, parts)
    groups = range(keys.groups)
    if of.links.moves:
        perform(inputs.workers, move_events, of.links, groups)
    perform(inputs.workers, build_group, of, groups, count_up(inputs.on_part, keys.groups))
    files.add_groups(of.parts)
    return files


def build_group(of: GroupInputs, group: int) -> None:
    """Build the facts of one group of buckets, and write what is kept of them."""
    of.files.write_group(sum_group(of.links, of.named, group), group, of.parts)


def sum_group(links: LinkInputs, named: FactInputs, group: int) -> dict[str, pl.DataFrame]:
    """Build the facts of one group of buckets, and add them up: the sums by their kind."""
    sends = materialize(assign_channels(read_sends(links, group), named.codes), ChannelSends)
    require_distinct(sends.collect().get_column(ChannelSends.send_key))
    assigned = assign_events(read_events(links, group), sends, named.bare_codes)
    counted = count_events(
        materialize(assigned, AssignedEvents),
        sends,
        named.unknown,
        has_ids=links.keys.has(EventScope.SEND),
        has_unlinked=links.has_unlinked,
    )
    built = settle_sends(sends, counted, named.codes, named.timezone)
    del sends
    facts = materialize(identify_addressees(built, named.owners), SendFacts)
    del built
    sums = {
        "days": sum_message_days(facts, counted, named.timezone),
        "links": sum_links(counted),
        "said": list_said_delivered(counted, named.codes),
        "unclear": count_unclear(facts, counted),
        "domains": sum_domains(facts, named.domains, named.domain_places),
    }
    if named.members.height:
        sums["segments"] = sum_segments(facts, named.messages, named.members.lazy())
    summed = dict(zip(sums, pl.collect_all(list(sums.values())), strict=True))
    return {**summed, CONTACTS: materialize(sum_contacts(facts), ContactBases).collect()}


def count_events(
    assigned: Rows[AssignedEvents],
    sends: Rows[ChannelSends],
    unknown: Sequence[int],
    *,
    has_ids: bool = True,
    has_unlinked: bool = True,
) -> Rows[CountedEvents]:
    """The events that count, of a group of buckets or of all.

    Args:
        unknown: The keys that stand for no message known.
        has_ids: Whether any names its send by its id.
        has_unlinked: Whether any does not.
    """
    events = keep_counted(assigned)
    if has_ids:
        events = name_messages(events, unknown)
    if has_unlinked:
        events = separate_sends(materialize(events, CountedEvents))
    deliveries = sends.select(
        ChannelSends.delivered_at,
        unit_key(ChannelSends.send_key, ChannelSends.channel_code).alias(CountedEvents.unit_key),
    )
    return materialize(flag_hasty_clicks(events, deliveries), CountedEvents)


def settle_sends(
    sends: Rows[ChannelSends],
    events: Rows[CountedEvents],
    messages: Rows[MessageCodes],
    timezone: str,
) -> Rows[SendFacts]:
    """The facts of sends, from what happened to each.

    Args:
        events: Of the same group of buckets.
    """
    units = materialize(list_units(sends, events, messages), SendUnits)
    numbered = materialize(number_events(events, units), UnitEvents)
    happened = pl.collect_all(sum_events(numbered), engine="streaming")
    return build_send_facts(units.collect(), happened, timezone)


def require_distinct(keys: pl.Series) -> None:
    """Require that no two sends share a key: their events would be mistaken for each other's.

    Raises:
        CampaignReportsError: Two do.
    """
    if not list_repeated(keys).is_empty():
        msg = "two sends have ids with one hash"
        raise CampaignReportsError(msg, "Write one of the two ids otherwise; please report it.")


def number_organizations(
    messages: Held[DescribedMessages], known: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row per organization: its `org_id`, and its number in facts from 1 on, `org_code`.

    So no basis of sends is a bare channel's, under which events are counted.

    Args:
        known: Those that have numbers already, and keep them.
    """
    org_id = DescribedMessages.org_id
    named = messages.select(org_id).unique().sort(org_id)
    if known is None:
        return named.with_row_index(MessageCodes.org_code, 1)
    new = named.join(known, on=org_id, how="anti", maintain_order="left")
    return pl.concat([known, new.with_row_index(MessageCodes.org_code, known.height + 1)])


def prepare_facts(inputs: StepInputs, names: NamedKeys, organizations: pl.DataFrame) -> FactInputs:
    """What the send facts are made from, beside the key columns."""
    members = key_members(inputs.catalog.scan("list_members")).collect()
    has_bare = bool(set(inputs.catalog.feeds.event_types()) & BARE_ACTIONS)
    zone = inputs.config.workspace.timezone
    return number_facts(names, organizations, members, zone, has_bare=has_bare)


def number_facts(
    names: NamedKeys,
    organizations: pl.DataFrame,
    members: pl.DataFrame,
    timezone: str,
    *,
    has_bare: bool = True,
) -> FactInputs:
    """Give messages the numbers that their channel and organization have in facts.

    Args:
        has_bare: Whether any event's type does not name its channel.
    """
    described = names.messages.lazy()
    code = pl.col(DescribedMessages.channel).replace_strict(
        names.channels.codes, return_dtype=pl.UInt8
    )
    codes = materialize(
        described.join(
            organizations.lazy(), on=DescribedMessages.org_id, how="left", validate="m:1"
        ).with_columns(code.alias(MessageCodes.channel_code)),
        MessageCodes,
    )
    unknown = organizations.select(hash_unknown_message()).to_series().to_list()
    is_known = ~pl.col(MessageCodes.message_key).is_in(unknown)
    return FactInputs(
        described,
        codes,
        codes.filter(is_known) if has_bare else codes.clear(),
        unknown,
        names.owners,
        names.domains.collect(),
        members,
        timezone,
    )
