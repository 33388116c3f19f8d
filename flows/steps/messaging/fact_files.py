"""The sums over the send facts, in files: those of each group of buckets, then those of all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Rows, no_rows
from contracts.facts.messaging.send_facts import UnclearRows
from contracts.facts.messaging.send_keys import DomainNames
from contracts.facts.messaging.send_sums import (
    AssumedBases,
    ChannelDays,
    ChannelLinks,
    ContactBases,
    ContactSums,
    DomainSums,
    SegmentSums,
)
from flows.folders import list_matching
from flows.runtime.materialize import materialize, write_whole
from flows.storage.workspace_files import remove_tree
from transforms.common.key_places import KeyPlaces
from transforms.messaging.additive_sums import SUMS, add_up
from transforms.messaging.contact_sums import keep_assumable, merge_bases
from transforms.messaging.daily_sums import name_days, name_links
from transforms.messaging.delivery_basis import count_assumed, find_assumed
from transforms.messaging.domain_sums import add_domains
from transforms.messaging.segment_sums import add_segments

FACTS = "facts"
"""The folder of all sums."""
CONTACTS = "contacts"
"""The sums that are cut into parts, by contact."""
PART = "part"
GROUPS = "groups"
ORGANIZATIONS = "organizations"


@dataclass(frozen=True)
class FactFiles:
    """Where the sums over a run's facts lie: `<kind>.arrow`, and `contacts-<part>.arrow`.

    Attributes:
        folder: Holds them, and those of each group in `groups` until they are added up.
    """

    folder: Path

    @property
    def groups(self) -> Path:
        """Where the sums of each group lie."""
        return self.folder / GROUPS

    def begin(self, organizations: pl.DataFrame) -> None:
        """Make the folder.

        Args:
            organizations: The `org_id` and `org_code` of every organization.
        """
        self.folder.mkdir(parents=True)
        write_whole(organizations, self.folder / f"{ORGANIZATIONS}.arrow")

    def write_group(self, sums: Mapping[str, pl.DataFrame], group: int, parts: int) -> None:
        """Write the sums of a group.

        Args:
            parts: Into how many parts contacts are cut.
        """
        for kind, rows in sums.items():
            if kind != CONTACTS:
                write_whole(rows, self._of_group(kind, group))
                continue
            numbered = rows.with_columns(find_part(parts).alias(PART))
            by_part = numbered.partition_by(PART, as_dict=True, include_key=False)
            for (part,), own in by_part.items():
                write_whole(own, self._of_group(name_part(part), group))

    def _of_group(self, sums: str, group: int) -> Path:
        folder = self.groups / sums
        folder.mkdir(exist_ok=True)
        return folder / f"{group:04}.arrow"

    def add_groups(self, parts: int) -> None:
        """Add up the sums of all groups."""
        for kind, sums in SUMS.items():
            if kind != CONTACTS:
                rows = materialize(self._add_groups(kind, kind), sums.table).collect()
                write_whole(rows, self.folder / f"{kind}.arrow")
        for part in range(parts):
            self.write_contacts(self._add_groups(CONTACTS, name_part(part)), part)
        remove_tree(self.groups)

    def _add_groups(self, kind: str, name: str) -> pl.LazyFrame:
        files = list_matching(self.groups / name, "*.arrow")
        if not files:
            return no_rows(SUMS[kind].table)
        return add_up(pl.scan_ipc(files), SUMS[kind]) if len(files) > 1 else pl.scan_ipc(files)

    def write_contacts(self, contacts: pl.LazyFrame, part: int) -> None:
        """Write the sums of a part of the contacts; those of bases lie there."""
        kept = keep_assumable(contacts, self.find_assumed())
        rows = materialize(kept, ContactBases).collect()
        write_whole(rows, self.folder / f"{name_part(part)}.arrow")

    def organizations(self) -> pl.LazyFrame:
        """The `org_id` and `org_code` of every organization."""
        return pl.scan_ipc(self.folder / f"{ORGANIZATIONS}.arrow")

    def find_assumed(self) -> Rows[AssumedBases]:
        """The bases whose sends have no delivery receipts."""
        return materialize(find_assumed(self.scan("days"), self.scan("said")), AssumedBases)

    def days(self, channels: RunChannels) -> Rows[ChannelDays]:
        """Sums by message, channel and day."""
        return materialize(name_days(self.scan("days"), self.find_assumed(), channels), ChannelDays)

    def count_assumed(self) -> pl.LazyFrame:
        """How many sends count as delivered without a receipt, by `feed` and `channel_code`."""
        return count_assumed(self.scan("days"), self.find_assumed())

    def links(self, texts: pl.LazyFrame, channels: RunChannels) -> Rows[ChannelLinks]:
        """Sums by message, channel and link."""
        return materialize(name_links(self.scan("links"), texts, channels), ChannelLinks)

    def segments(self) -> Rows[SegmentSums]:
        """Sums by segment."""
        return materialize(add_segments(self.scan("segments"), self.find_assumed()), SegmentSums)

    def merge_contacts(self, bases: Rows[ContactBases]) -> Rows[ContactSums]:
        """Sums by contact.

        Args:
            bases: Of some contacts at a time: all of them may be many.
        """
        return materialize(merge_bases(bases, self.find_assumed()), ContactSums)

    def count_contacts(self, known: KeyPlaces) -> int:
        """How many contacts anything was sent to or came from, but for some.

        Args:
            known: Where the keys of those stand.
        """
        key = ContactBases.contact_key
        others = known.find(key).is_null()
        counts = (
            part.filter(others).select(pl.col(key).n_unique()) for part in self.scan_contacts()
        )
        return sum(count.collect(engine="streaming").item() for count in counts)

    def domains(self, names: Rows[DomainNames]) -> Rows[DomainSums]:
        """Sums by mailbox domain."""
        parts, assumed = self.scan("domains"), self.find_assumed()
        return materialize(add_domains(parts, names, assumed, self.organizations()), DomainSums)

    def count_unclear(self) -> dict[str, int]:
        """How many sends and events are not clear, by what is not."""
        rows = self.scan("unclear").collect()
        return dict(rows.select(UnclearRows.what, UnclearRows.found).iter_rows())

    def scan_contacts(self) -> Iterator[Rows[ContactBases]]:
        """The sums by contact, part of the contacts by part."""
        for file in list_matching(self.folder, f"{CONTACTS}-*.arrow"):
            yield pl.scan_ipc(file)

    def scan(self, kind: str) -> pl.LazyFrame:
        """The sums of a kind, all but those by contact."""
        return pl.scan_ipc(self.folder / f"{kind}.arrow")


def find_part(parts: int) -> pl.Expr:
    """The part of the contact that sums are of."""
    return pl.col(ContactBases.contact_key) % parts


def name_part(part: int) -> str:
    """What the sums of a part of the contacts are called; names sort in the order of parts."""
    return f"{CONTACTS}-{part:04}"
