"""The send facts, built group of buckets by group of buckets in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import (
    ACTION_CODES,
    MessageDays,
    MessageLinks,
    SlimEvents,
    SlimSends,
)
from flows.ingest.catalog import Catalog
from flows.ingest.read_files import ReadFile
from flows.ingest.send_key_files import WHOLE
from flows.runtime.materialize import hold
from transforms.common.keys import BUCKETS, hash_pair, hash_unknown_message
from transforms.messaging.daily_sums import add_links, add_message_days, sum_links, sum_message_days
from transforms.messaging.event_assignment import keep_placed, name_nameless, place_events, unit_of
from transforms.messaging.hierarchy import CODES
from transforms.messaging.scanner_clicks import flag_scanners
from transforms.messaging.send_facts import build_send_facts, tally
from transforms.messaging.send_linking import identify_contacts, link_pairs, pair_events
from transforms.reports.people import (
    add_contacts,
    add_segments,
    place_members,
    sum_contacts,
    sum_persons,
    sum_segments,
)

ROWS_A_GROUP = 1_250_000
"""How many slim rows are worked on at a time: so few that their hash tables stay in the cache."""
COUNT_TYPES = polars_schema(Counts)
BARE_ACTIONS = frozenset(ACTION_CODES)
EVENTS = polars_schema(SlimEvents)
SENDS = polars_schema(SlimSends)


@dataclass(frozen=True)
class FactFiles:
    """Where the facts of a run lie; each kind is one file per group of buckets."""

    folder: Path

    def scan(self, kind: str, schema: pl.Schema) -> pl.LazyFrame:
        """All rows of one kind of fact."""
        files = sorted(self.folder.glob(f"{kind}-*.arrow"))
        return pl.scan_ipc(files) if files else pl.LazyFrame(schema=schema)

    def days(self) -> pl.LazyFrame:
        """Sums by message, channel and day."""
        return add_message_days(self.scan("days", polars_schema(MessageDays)))

    def tallies(self) -> dict[str, int]:
        """What `sends.tally` counts, over all sends."""
        return self.scan("tallies", pl.Schema()).sum().collect().row(0, named=True)

    def contacts(self) -> pl.LazyFrame:
        """Sums by contact, added up part of the contacts by part."""
        parts: dict[str, list[Path]] = {}
        for file in sorted(self.folder.glob("contacts-*.arrow")):
            parts.setdefault(file.stem.rpartition("-")[2], []).append(file)
        return pl.concat(hold(add_contacts(pl.scan_ipc(files))) for files in parts.values())

    def segments(self) -> pl.LazyFrame:
        """Sums by segment."""
        nothing = pl.Schema({"org_id": pl.String, "segment_id": pl.String, **COUNT_TYPES})
        return add_segments(self.scan("segments", nothing))

    def links(self) -> pl.LazyFrame:
        """Sums by message, channel and link."""
        return add_links(self.scan("links", polars_schema(MessageLinks)))


@dataclass(frozen=True)
class Slim:
    """The slim parts of a run's sends and events, read by group of buckets."""

    catalog: Catalog
    groups: int

    @classmethod
    def of(cls, catalog: Catalog) -> "Slim":
        """Choose as many groups as keep one of them small."""
        rows = sum(
            got.valid
            for table in ("sends", "events")
            for file in catalog.feeding(table)
            if (got := file.of_table(table))
        )
        return cls(catalog, min(BUCKETS, rows // ROWS_A_GROUP + 1))

    def has(self, family: str) -> bool:
        """Whether any event is of the family."""
        return any(
            family in got.families
            for file in self.catalog.feeding("events")
            if (got := file.of_table("events"))
        )

    def read(self, table: str, family: str, group: int | None) -> pl.LazyFrame:
        """The rows of a family in a group of buckets, or in all of them."""
        schema = SENDS if table == "sends" else EVENTS
        key = "send" if table == "sends" else "ref"
        parts = [
            self.catalog.leave_discarded(rows, file, table)
            for file in self.catalog.feeding(table)
            for rows in self._parts(file, table, family, key, group)
        ]
        return pl.concat(parts).select(schema.names()) if parts else pl.LazyFrame(schema=schema)

    def _parts(
        self, file: ReadFile, table: str, family: str, key: str, group: int | None
    ) -> Iterator[pl.LazyFrame]:
        folder = self.catalog.folder(file, table) / f"slim-{family}"
        whole = folder / f"{WHOLE}.arrow"
        if whole.exists():
            rows = pl.scan_ipc(whole)
            yield (
                rows
                if group is None or self.groups == 1
                else rows.filter(self.in_group(key, group))
            )
            return
        found = [
            part
            for part in sorted(folder.glob("*.arrow"))
            if group is None or int(part.name[:2]) % self.groups == group
        ]
        if found:
            yield pl.scan_ipc(found)

    def in_group(self, key: str, group: int) -> pl.Expr:
        """Whether a key's bucket is in the group."""
        return pl.col(key) % BUCKETS % self.groups == group


def build_facts(
    catalog: Catalog,
    messages: pl.DataFrame,
    emails: pl.DataFrame,
    timezone: str,
    folder: Path,
    on_group: Callable[[int, int], None],
) -> FactFiles:
    """Write the facts of a run.

    Args:
        catalog: What was read.
        messages: Every message with its channel (`hierarchy.describe_messages`).
        emails: Which contact an address identifies (`links.map_emails`).
        timezone: The reporting time zone.
        folder: Where to write; fresh.
        on_group: Told after each group of buckets how many of how many are done.
    """
    folder.mkdir(parents=True)
    slim = Slim.of(catalog)
    channels = messages.lazy().select(
        "message", channel=pl.col("channel").replace_strict(CODES, return_dtype=pl.UInt8)
    )
    organizations = messages.lazy().select("org_id").unique()
    unknown = organizations.select(hash_unknown_message()).collect().to_series().to_list()
    is_bare = bool(catalog.given.event_types() & BARE_ACTIONS)
    named = channels.filter(~pl.col("message").is_in(unknown)) if is_bare else None
    members = place_members(catalog.scan("list_members")).collect()
    linked = _link(slim, emails, folder)
    for group in range(slim.groups):
        sends = _read_sends(slim, emails, channels, group)
        events = pl.concat(
            [
                slim.read("events", "send", group).with_columns(names_send=pl.lit(value=True)),
                linked(group).with_columns(names_send=pl.lit(value=False)),
            ]
        )
        every = hold(place_events(events, sends, named))
        rows = sends.select("delivered_at", unit=unit_of("send", "channel"))
        placed = hold(keep_placed(every).pipe(flag_scanners, rows))
        if slim.has("send"):
            placed = hold(name_nameless(placed, unknown))
        facts = build_send_facts(sends, placed, timezone)
        if not emails.is_empty():
            facts = identify_contacts(facts, emails.lazy())
        facts = hold(facts)
        outputs = {
            "days": sum_message_days(facts, placed, timezone),
            "links": sum_links(placed),
            "tallies": tally(facts, every),
        }
        if members.height:
            outputs["segments"] = sum_segments(facts, messages.lazy(), members.lazy())
        for kind, frame in zip(outputs, pl.collect_all(list(outputs.values())), strict=True):
            frame.write_ipc(folder / f"{kind}-{group:02}.arrow", compression="lz4")
        _write_contacts(sum_contacts(facts), folder, f"{group:02}", slim.groups)
        on_group(group + 1, slim.groups)
    persons = slim.read("events", "person", None)
    if not emails.is_empty():
        persons = identify_contacts(persons, emails.lazy())
    _write_contacts(sum_persons(persons), folder, "persons", slim.groups)
    return FactFiles(folder)


def _write_contacts(sums: pl.LazyFrame, folder: Path, source: str, parts: int) -> None:
    """Write sums by contact, cut by contact, so that they can be added up part by part."""
    rows = sums.collect()
    for part in range(parts):
        chosen = rows.filter(pl.col("contact") % parts == part) if parts > 1 else rows
        chosen.write_ipc(folder / f"contacts-{source}-{part:02}.arrow", compression="lz4")


def _read_sends(
    slim: Slim, emails: pl.DataFrame, channels: pl.LazyFrame, group: int
) -> pl.LazyFrame:
    """A group's sends, each with its contact and its message's channel."""
    sends = _identify(slim.read("sends", "send", group), emails)
    placed = sends.join(channels, on="message", how="left", validate="m:1")
    return hold(placed.filter(pl.col("channel").is_not_null()))


def _identify(rows: pl.LazyFrame, emails: pl.DataFrame) -> pl.LazyFrame:
    if emails.is_empty():
        return rows.drop("by_email")
    named = rows.filter(pl.col("by_email")).pipe(identify_contacts, emails.lazy())
    return pl.concat([rows.filter(~pl.col("by_email")), named]).drop("by_email")


def _link(slim: Slim, emails: pl.DataFrame, folder: Path) -> Callable[[int], pl.LazyFrame]:
    """Refer the events of message and contact to their sends; return how to read a group of them.

    Where a group is all there is, or no send names a message, an event's place does not change
    with its reference; else the events move to their sends' groups through files.
    """
    if not (slim.has("pair") or slim.has("email")):
        return lambda _: pl.LazyFrame(schema=EVENTS)
    by_email = slim.read("events", "email", None).pipe(identify_contacts, emails.lazy())
    moved = pair_events(by_email).select(EVENTS.names()).collect().lazy()
    sends = _identify(slim.read("sends", "send", None), emails).filter(~pl.col("is_holdout"))
    pairs = sends.select("send", "sent_at", pair=hash_pair("message", "contact"))

    def read_pairs(group: int) -> pl.LazyFrame:
        own = moved.filter(slim.in_group("ref", group)) if slim.groups > 1 else moved
        return pl.concat([slim.read("events", "pair", group), own])

    if not slim.catalog.has_rows("sends"):
        return read_pairs
    if slim.groups == 1:
        return lambda group: link_pairs(read_pairs(group), pairs).select(EVENTS.names())
    for group in range(slim.groups):
        own = pairs.filter(slim.in_group("pair", group))
        rows = link_pairs(read_pairs(group), own).select(EVENTS.names()).collect()
        for target in range(slim.groups):
            chosen = rows.filter(slim.in_group("ref", target))
            chosen.write_parquet(
                folder / f"linked-{target:02}-{group:02}.parquet", compression="lz4"
            )
    return lambda group: pl.scan_parquet(sorted(folder.glob(f"linked-{group:02}-*.parquet")))
