"""The send facts, built group of buckets by group of buckets in bounded memory."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Table, polars_schema
from contracts.facts.send_facts import (
    ACTION_CODES,
    AssignedEvents,
    ChannelDays,
    ChannelLinks,
    ChannelSends,
    ContactSums,
    CountedEvents,
    DescribedMessages,
    EventKeys,
    MessageDays,
    MessageLinks,
    SegmentSums,
    SendFacts,
    SendKeys,
    UnclearRows,
)
from flows.runtime.materialize import materialize
from flows.steps.described_messages import MessageInputs
from flows.steps.key_files import EVENTS, KeyFiles
from transforms.common.keys import hash_unknown_message
from transforms.messaging.bot_detection import flag_hasty_clicks
from transforms.messaging.contact_sums import (
    add_contacts,
    add_segments,
    key_members,
    sum_contact_events,
    sum_contacts,
    sum_segments,
)
from transforms.messaging.daily_sums import (
    add_links,
    add_message_days,
    name_days,
    name_links,
    sum_links,
    sum_message_days,
)
from transforms.messaging.event_assignment import (
    NAMES_SEND,
    assign_channels,
    assign_events,
    keep_counted,
    name_messages,
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
SUMS: dict[str, type[Table]] = {
    "days": MessageDays,
    "links": MessageLinks,
    "segments": SegmentSums,
    "contacts": ContactSums,
    "unclear": UnclearRows,
}
"""What is kept of the facts of each group: sums of one kind each."""


@dataclass(frozen=True)
class FactFiles:
    """Where the sums over a run's facts lie; each kind is some files per group of buckets.

    Attributes:
        folder: Holds `<kind>-….arrow`.
    """

    folder: Path

    def days(self, channels: RunChannels) -> pl.LazyFrame:
        """Sums by message, channel and day: `ChannelDays`."""
        days = add_message_days(self._scan("days"))
        return materialize(name_days(days, channels), ChannelDays)

    def links(self, texts: pl.LazyFrame, channels: RunChannels) -> pl.LazyFrame:
        """Sums by message, channel and link: `ChannelLinks`."""
        links = add_links(self._scan("links"))
        return materialize(name_links(links, texts, channels), ChannelLinks)

    def segments(self) -> pl.LazyFrame:
        """Sums by segment: `SegmentSums`."""
        return materialize(add_segments(self._scan("segments")), SegmentSums)

    def contacts(self) -> pl.LazyFrame:
        """Sums by contact, added up part of the contacts by part: `ContactSums`."""
        parts: dict[str, list[Path]] = {}
        for file in sorted(self.folder.glob("contacts-*.arrow")):
            parts.setdefault(file.stem.rpartition("-")[2], []).append(file)
        sums = [
            materialize(add_contacts(pl.scan_ipc(files)), ContactSums) for files in parts.values()
        ]
        return pl.concat(sums) if sums else pl.LazyFrame(schema=polars_schema(ContactSums))

    def count_unclear(self) -> dict[str, int]:
        """How many sends and events are not clear, by column of `UnclearRows`."""
        return self._scan("unclear").sum().collect().row(0, named=True)

    def _scan(self, kind: str) -> pl.LazyFrame:
        files = sorted(self.folder.glob(f"{kind}-*.arrow"))
        return pl.scan_ipc(files) if files else pl.LazyFrame(schema=polars_schema(SUMS[kind]))


@dataclass(frozen=True)
class FactInputs:
    """What the send facts are made from, beside the key columns.

    Attributes:
        messages: `DescribedMessages`.
        channel_codes: The `message_key` and `channel_code` of every message.
        bare_channels: Of those, the messages whose channel bare actions take.
        unknown: The keys that stand for no message known.
        owners: `AddressOwners`.
        members: List members by campaign and contact (`key_members`).
        timezone: The reporting time zone.
    """

    messages: pl.LazyFrame
    channel_codes: pl.LazyFrame
    bare_channels: pl.LazyFrame
    unknown: list[int]
    owners: pl.DataFrame
    members: pl.DataFrame
    timezone: str


def build_facts(
    inputs: MessageInputs, messages: pl.DataFrame, owners: pl.DataFrame, channels: RunChannels
) -> FactFiles:
    """Build the facts of a run group by group, and keep their sums.

    Args:
        inputs: What was read, and where to write.
        messages: `DescribedMessages`.
        owners: `AddressOwners`.
        channels: The run's channels.
    """
    files = FactFiles(inputs.scratch / "facts")
    files.folder.mkdir(parents=True)
    keys = KeyFiles.of(inputs.catalog, channels)
    named = _prepare(inputs, messages, owners, channels)
    by_address = keys.read_events(EventScope.MESSAGE_ADDRESS)
    addressed = materialize(key_message_contacts(_identify(by_address, owners)), EventKeys)
    if _moves(keys):
        _move_events(keys, addressed, owners, files.folder)
    for group in range(keys.groups):
        sends = materialize(
            assign_channels(_read_sends(keys, owners, group), named.channel_codes), ChannelSends
        )
        events = _read_events(keys, addressed, owners, files.folder, group)
        assigned = materialize(assign_events(events, sends, named.bare_channels), AssignedEvents)
        deliveries = sends.select(
            ChannelSends.delivered_at,
            unit_key(ChannelSends.send_key, ChannelSends.channel_code).alias(
                CountedEvents.unit_key
            ),
        )
        counted = materialize(flag_hasty_clicks(keep_counted(assigned), deliveries), CountedEvents)
        if keys.has(EventScope.SEND):
            counted = materialize(name_messages(counted, named.unknown), CountedEvents)
        built = build_send_facts(sends, counted, named.timezone)
        facts = materialize(_identify(built, owners), SendFacts)
        _write_sums(facts, counted, assigned, named, files.folder, group)
        _write_contacts(sum_contacts(facts), files.folder, f"{group:02}", keys.groups)
        inputs.on_group(group + 1, keys.groups)
    of_contacts = _identify(keys.read_events(EventScope.CONTACT), owners)
    _write_contacts(sum_contact_events(of_contacts), files.folder, "persons", keys.groups)
    return files


def _prepare(
    inputs: MessageInputs, messages: pl.DataFrame, owners: pl.DataFrame, channels: RunChannels
) -> FactInputs:
    described = messages.lazy()
    code = pl.col(DescribedMessages.channel).replace_strict(channels.codes, return_dtype=pl.UInt8)
    codes = described.select(DescribedMessages.message_key, code.alias(ChannelSends.channel_code))
    organizations = described.select(DescribedMessages.org_id).unique()
    unknown = organizations.select(hash_unknown_message()).collect().to_series().to_list()
    has_bare = bool(inputs.catalog.given.event_types() & BARE_ACTIONS)
    is_known = ~pl.col(DescribedMessages.message_key).is_in(unknown)
    return FactInputs(
        described,
        codes,
        codes.filter(is_known) if has_bare else codes.clear(),
        unknown,
        owners,
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
        "unclear": count_unclear(facts, assigned),
    }
    if named.members.height:
        sums["segments"] = sum_segments(facts, named.messages, named.members.lazy())
    for kind, frame in zip(sums, pl.collect_all(list(sums.values())), strict=True):
        frame.write_ipc(folder / f"{kind}-{group:02}.arrow", compression="lz4")


def _write_contacts(sums: pl.LazyFrame, folder: Path, source: str, parts: int) -> None:
    """Write sums by contact, cut by contact, so that they can be added up part by part."""
    rows = materialize(sums, ContactSums).collect()
    for part in range(parts):
        own = pl.col(ContactSums.contact_key) % parts == part
        chosen = rows.filter(own) if parts > 1 else rows
        chosen.write_ipc(folder / f"contacts-{source}-{part:02}.arrow", compression="lz4")


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


def _read_events(
    keys: KeyFiles, addressed: pl.LazyFrame, owners: pl.DataFrame, folder: Path, group: int
) -> pl.LazyFrame:
    """A group's events, each with the key of its send, and whether it names that by its id."""
    by_id = keys.read_events(EventScope.SEND, group)
    if _moves(keys):
        moved = sorted(folder.glob(f"linked-{group:02}-*.parquet"))
        linked = pl.scan_parquet(moved) if moved else pl.LazyFrame(schema=EVENTS)
    else:
        linked = materialize(_link_events(keys, addressed, owners, group), EventKeys)
    return pl.concat(
        [
            by_id.with_columns(pl.lit(value=True).alias(NAMES_SEND)),
            linked.with_columns(pl.lit(value=False).alias(NAMES_SEND)),
        ]
    )


def _moves(keys: KeyFiles) -> bool:
    """Whether events that name message and contact move to the groups of their sends.

    Where a group is all there is, or there are no sends, an event's group stays what it is.
    """
    return keys.groups > 1 and keys.catalog.has_rows("sends")


def _move_events(
    keys: KeyFiles, addressed: pl.LazyFrame, owners: pl.DataFrame, folder: Path
) -> None:
    """Write the events that name message and contact into the groups of their sends."""
    for group in range(keys.groups):
        linked = materialize(_link_events(keys, addressed, owners, group), EventKeys).collect()
        for target in range(keys.groups):
            chosen = linked.filter(keys.in_group(EventKeys.send_key, target))
            path = folder / f"linked-{target:02}-{group:02}.parquet"
            chosen.write_parquet(path, compression="lz4")


def _link_events(
    keys: KeyFiles, addressed: pl.LazyFrame, owners: pl.DataFrame, group: int
) -> pl.LazyFrame:
    """A group's events that name message and contact, linked to the sends that there are."""
    own = addressed.filter(keys.in_group(EventKeys.send_key, group))
    events = pl.concat([keys.read_events(EventScope.MESSAGE_CONTACT, group), own])
    if not keys.catalog.has_rows("sends"):
        return events
    sends = list_linkable_sends(_read_sends(keys, owners, None))
    return link_to_sends(events, sends.filter(keys.in_group(MESSAGE_CONTACT, group)))
