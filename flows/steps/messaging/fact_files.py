"""The sums over the send facts, in files by group of buckets."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Table, polars_schema
from contracts.facts.send_facts import UnclearRows
from contracts.facts.send_sums import (
    AssumedBases,
    ChannelDays,
    ChannelLinks,
    ContactBases,
    ContactSums,
    DomainBases,
    DomainSums,
    MessageDays,
    MessageLinks,
    SaidDelivered,
    SegmentBases,
    SegmentSums,
)
from flows.runtime.materialize import materialize
from transforms.messaging.contact_sums import (
    add_contacts,
    add_domains,
    add_segments,
    merge_bases,
)
from transforms.messaging.daily_sums import (
    add_links,
    add_message_days,
    name_days,
    name_links,
)
from transforms.messaging.delivery_basis import (
    count_assumed,
    find_assumed,
)

SUMS: dict[str, type[Table]] = {
    "days": MessageDays,
    "links": MessageLinks,
    "segments": SegmentBases,
    "contacts": ContactBases,
    "domains": DomainBases,
    "said": SaidDelivered,
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

    def find_assumed(self) -> pl.LazyFrame:
        """The bases whose sends have no delivery receipts: `AssumedBases`."""
        days = add_message_days(self._scan("days"))
        return materialize(find_assumed(days, self._scan("said")), AssumedBases)

    def days(self, channels: RunChannels) -> pl.LazyFrame:
        """Sums by message, channel and day: `ChannelDays`."""
        days = add_message_days(self._scan("days"))
        return materialize(name_days(days, self.find_assumed(), channels), ChannelDays)

    def count_assumed(self) -> pl.LazyFrame:
        """How many sends count as delivered without a receipt, by `feed` and `channel_code`."""
        return count_assumed(add_message_days(self._scan("days")), self.find_assumed())

    def links(self, texts: pl.LazyFrame, channels: RunChannels) -> pl.LazyFrame:
        """Sums by message, channel and link: `ChannelLinks`."""
        links = add_links(self._scan("links"))
        return materialize(name_links(links, texts, channels), ChannelLinks)

    def segments(self) -> pl.LazyFrame:
        """Sums by segment: `SegmentSums`."""
        return materialize(add_segments(self._scan("segments"), self.find_assumed()), SegmentSums)

    def contacts(self) -> pl.LazyFrame:
        """Sums by contact: `ContactSums`."""
        assumed = self.find_assumed()
        sums = [
            materialize(merge_bases(part, assumed), ContactSums) for part in self._scan_contacts()
        ]
        return pl.concat([pl.LazyFrame(schema=polars_schema(ContactSums)), *sums])

    def domains(self, domains: pl.LazyFrame, organizations: pl.LazyFrame) -> pl.LazyFrame:
        """Sums by mailbox domain: `DomainSums`.

        Args:
            domains: `ContactDomains`.
            organizations: The `org_id` and `org_code` of every organization.
        """
        parts, assumed = self._scan("domains"), self.find_assumed()
        return materialize(add_domains(parts, domains, assumed, organizations), DomainSums)

    def count_unclear(self) -> dict[str, int]:
        """How many sends and events are not clear, by column of `UnclearRows`."""
        return self._scan("unclear").sum().collect().row(0, named=True)

    def _scan_contacts(self) -> Iterator[pl.LazyFrame]:
        """The sums by contact, part of the contacts by part: `ContactBases`."""
        parts: dict[str, list[Path]] = {}
        for file in sorted(self.folder.glob("contacts-*.arrow")):
            parts.setdefault(file.stem.rpartition("-")[2], []).append(file)
        for files in parts.values():
            yield add_contacts(pl.scan_ipc(files))

    def _scan(self, kind: str) -> pl.LazyFrame:
        files = sorted(self.folder.glob(f"{kind}-*.arrow"))
        return pl.scan_ipc(files) if files else pl.LazyFrame(schema=polars_schema(SUMS[kind]))
