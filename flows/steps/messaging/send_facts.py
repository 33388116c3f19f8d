"""The send facts, built group of buckets by group of buckets in bounded memory."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.facts.hierarchy import DescribedMessages, MessageCodes
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.send_facts import AssignedEvents, ChannelSends, CountedEvents, SendFacts
from contracts.facts.send_keys import AddressOwners, EventKeys, FeedEvents, SendKeys
from contracts.facts.send_sums import ContactBases
from flows.runtime.materialize import materialize
from flows.steps.messaging.described_messages import MessageInputs, NamedKeys
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.key_files import EVENTS, KeyFiles
from transforms.common.keys import hash_unknown_message
from transforms.messaging.bot_detection import flag_hasty_clicks
from transforms.messaging.contact_sums import (
    key_members,
    sum_contacts,
    sum_domains,
    sum_segments,
)
from transforms.messaging.daily_sums import (
    sum_links,
    sum_message_days,
)
from transforms.messaging.delivery_basis import (
    list_said_delivered,
)
from transforms.messaging.event_assignment import (
    NAMES_SEND,
    assign_channels,
    assign_events,
    keep_counted,
    name_messages,
    separate_sends,
    unit_key,
)
from transforms.messaging.send_facts import build_send_facts, count_unclear
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_linking import (
    MESSAGE_CONTACT,
    identify_contacts,
    key_message_contacts,
    link_to_sends,
    list_linkable_sends,
)

BARE_ACTIONS = frozenset(ACTION_CODES)
BY_ADDRESS = (EventScope.MESSAGE_ADDRESS, EventScope.CONTACT)
"""The scopes of events that may name their contact by an e-mail address."""


@dataclass(frozen=True)
class FactInputs:
    """What the send facts are made from, beside the key columns.

    Attributes:
        messages: `DescribedMessages`.
        codes: `MessageCodes`.
        bare_codes: Of those, the messages whose channel bare actions take.
        unknown: The keys that stand for no message known.
        owners: `AddressOwners`.
        domains: `ContactDomains`.
        members: List members by campaign and contact (`key_members`).
        timezone: The reporting time zone.
    """

    messages: pl.LazyFrame
    codes: pl.LazyFrame
    bare_codes: pl.LazyFrame
    unknown: list[int]
    owners: pl.DataFrame
    domains: pl.LazyFrame
    members: pl.DataFrame
    timezone: str


def build_facts(inputs: MessageInputs, names: NamedKeys) -> FactFiles:
    """Build the facts of a run group by group, and keep their sums.

    Args:
        inputs: What was read, and where to write.
        names: Messages, channels and contacts.
    """
    files = FactFiles(inputs.scratch / "facts")
    files.folder.mkdir(parents=True)
    keys, owners = KeyFiles.of(inputs.catalog, names.channels), names.owners
    named = prepare_facts(inputs, names)
    addressed = materialize(_read_addressed(keys, owners), FeedEvents)
    if _moves(keys):
        _move_events(keys, addressed, named, files.folder)
    for group in range(keys.groups):
        sends = materialize(
            assign_channels(_read_sends(keys, owners, group), named.codes), ChannelSends
        )
        events = _read_events(keys, addressed, named, files.folder, group)
        assigned = materialize(assign_events(events, sends, named.bare_codes), AssignedEvents)
        deliveries = sends.select(
            ChannelSends.delivered_at,
            unit_key(ChannelSends.send_key, ChannelSends.channel_code).alias(
                CountedEvents.unit_key
            ),
        )
        events = keep_counted(assigned)
        if keys.has(EventScope.SEND):
            events = name_messages(events, named.unknown)
        if _has_unlinked(keys):
            events = separate_sends(materialize(events, CountedEvents))
        counted = materialize(flag_hasty_clicks(events, deliveries), CountedEvents)
        built = build_send_facts(sends, counted, named.codes, named.timezone)
        facts = materialize(_identify(built, owners), SendFacts)
        _write_sums(facts, counted, assigned, named, files.folder, group)
        _write_contacts(sum_contacts(facts), files.folder, group, keys.groups)
        inputs.on_group(group + 1, keys.groups)
    return files


def number_organizations(messages: pl.LazyFrame) -> pl.LazyFrame:
    """One row per organization: its `org_id`, and its number within the run, `org_code`."""
    org_id = DescribedMessages.org_id
    return messages.select(org_id).unique().sort(org_id).with_row_index(MessageCodes.org_code)


def prepare_facts(inputs: MessageInputs, names: NamedKeys) -> FactInputs:
    """What the send facts are made from, beside the key columns."""
    described = names.messages.lazy()
    organizations = number_organizations(described)
    code = pl.col(DescribedMessages.channel).replace_strict(
        names.channels.codes, return_dtype=pl.UInt8
    )
    codes = materialize(
        described.join(
            organizations, on=DescribedMessages.org_id, how="left", validate="m:1"
        ).with_columns(code.alias(MessageCodes.channel_code)),
        MessageCodes,
    )
    unknown = organizations.select(hash_unknown_message()).collect().to_series().to_list()
    has_bare = bool(set(inputs.catalog.given.event_types()) & BARE_ACTIONS)
    is_known = ~pl.col(MessageCodes.message_key).is_in(unknown)
    return FactInputs(
        described,
        codes,
        codes.filter(is_known) if has_bare else codes.clear(),
        unknown,
        names.owners,
        names.domains.lazy(),
        key_members(inputs.catalog.scan("list_members")).collect(),
        inputs.config.workspace.timezone,
    )


def _write_sums(
    facts: pl.LazyFrame,
    counted: pl.LazyFrame,
    assigned: pl.LazyFrame,
    named: FactInputs,
    folder: Path,
    group: int,
) -> None:
    """Write what is kept of a group's facts."""
    sums = {
        "days": sum_message_days(facts, counted, named.timezone),
        "links": sum_links(counted),
        "said": list_said_delivered(counted, named.codes),
        "unclear": count_unclear(facts, assigned),
        "domains": sum_domains(facts, named.domains),
    }
    if named.members.height:
        sums["segments"] = sum_segments(facts, named.messages, named.members.lazy())
    for kind, frame in zip(sums, pl.collect_all(list(sums.values())), strict=True):
        frame.write_ipc(folder / f"{kind}-{group:02}.arrow", compression="lz4")


def _write_contacts(sums: pl.LazyFrame, folder: Path, group: int, parts: int) -> None:
    """Write sums by contact, cut by contact, so that they can be added up part by part."""
    rows = materialize(sums, ContactBases).collect()
    for part in range(parts):
        own = pl.col(ContactBases.contact_key).fill_null(0) % parts == part
        chosen = rows.filter(own) if parts > 1 else rows
        chosen.write_ipc(folder / f"contacts-{group:02}-{part:02}.arrow", compression="lz4")


def _identify(rows: pl.LazyFrame, owners: pl.DataFrame) -> pl.LazyFrame:
    """The contact that an address names, in its place."""
    return rows if owners.is_empty() else identify_contacts(rows, owners.lazy())


def _read_sends(keys: KeyFiles, owners: pl.DataFrame, group: int | None) -> pl.LazyFrame:
    """A group's sends, or all, with their contacts."""
    rows = keys.read_sends(group)
    if owners.is_empty():
        return rows
    by_address = pl.col(SendKeys.is_by_address)
    return pl.concat([rows.filter(~by_address), _identify(rows.filter(by_address), owners)])


def _read_addressed(keys: KeyFiles, owners: pl.DataFrame) -> pl.LazyFrame:
    """The events whose contact an address names that a contact bears, keyed by that contact."""
    if owners.is_empty():
        return pl.LazyFrame(schema=EVENTS)
    named = pl.concat([keys.read_events(scope) for scope in BY_ADDRESS])
    borne = owners.lazy().select(pl.col(AddressOwners.email_key).alias(EventKeys.contact_key))
    known = named.join(borne, on=EventKeys.contact_key, how="semi")
    return key_message_contacts(_identify(known, owners))


def _read_unlinked(keys: KeyFiles, owners: pl.DataFrame, group: int) -> pl.LazyFrame:
    """A group's events that name no send and whose contact is known as they name it."""
    named = pl.concat([keys.read_events(scope, group) for scope in BY_ADDRESS])
    if not owners.is_empty():
        borne = owners.lazy().select(pl.col(AddressOwners.email_key).alias(EventKeys.contact_key))
        named = named.join(borne, on=EventKeys.contact_key, how="anti")
    return pl.concat([keys.read_events(EventScope.MESSAGE_CONTACT, group), named])


def _read_events(
    keys: KeyFiles, addressed: pl.LazyFrame, named: FactInputs, folder: Path, group: int
) -> pl.LazyFrame:
    """A group's events, each with the key of its send, and whether it names that by its id."""
    by_id = keys.read_events(EventScope.SEND, group)
    if not _has_unlinked(keys):
        linked = addressed
    elif _moves(keys):
        moved = sorted(folder.glob(f"linked-{group:02}-*.parquet"))
        linked = pl.scan_parquet(moved) if moved else pl.LazyFrame(schema=EVENTS)
    else:
        linked = materialize(_link_events(keys, addressed, named, group), FeedEvents)
    return pl.concat(
        [
            by_id.with_columns(pl.lit(value=True).alias(NAMES_SEND)),
            linked.with_columns(pl.lit(value=False).alias(NAMES_SEND)),
        ]
    )


def _has_unlinked(keys: KeyFiles) -> bool:
    """Whether any event names no send by its id."""
    return any(keys.has(scope) for scope in EventScope if scope != EventScope.SEND)


def _moves(keys: KeyFiles) -> bool:
    """Whether events that name message and contact move to the groups of their sends.

    Where a group is all there is, or there are no sends, an event's group stays what it is.
    """
    has_groups = keys.groups > 1 and keys.catalog.has_rows("sends")
    return has_groups and _has_unlinked(keys)


def _move_events(keys: KeyFiles, addressed: pl.LazyFrame, named: FactInputs, folder: Path) -> None:
    """Write the events that name message and contact into the groups of their sends."""
    for group in range(keys.groups):
        linked = materialize(_link_events(keys, addressed, named, group), FeedEvents).collect()
        for target in range(keys.groups):
            chosen = linked.filter(keys.in_group(EventKeys.send_key, target))
            path = folder / f"linked-{target:02}-{group:02}.parquet"
            chosen.write_parquet(path, compression="lz4")


def _link_events(
    keys: KeyFiles, addressed: pl.LazyFrame, named: FactInputs, group: int
) -> pl.LazyFrame:
    """A group's events that name message and contact, linked to the sends that there are."""
    own = addressed.filter(keys.in_group(EventKeys.send_key, group))
    events = pl.concat([_read_unlinked(keys, named.owners, group), own])
    if not keys.catalog.has_rows("sends"):
        return events
    sends = list_linkable_sends(_read_sends(keys, named.owners, None), named.codes)
    return link_to_sends(events, sends.filter(keys.in_group(MESSAGE_CONTACT, group)))
