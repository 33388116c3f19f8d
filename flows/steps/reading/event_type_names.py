"""What a provider's ids of event types mean, for its events that name no more than the id."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from contracts.feeds import Events, EventTypes
from flows.catalog.feed_files import find_files, require_place
from flows.config.configured_feeds import ConfiguredFeed
from flows.folders import list_matching
from flows.ingest.file_ingest import SameBytes, Target, ingest_file
from flows.readers import RefusedFile
from flows.storage.raw_files import hash_raw
from transforms.ingest.column_mapping import ResolvedMapping

TABLE = "event_types"


def name_event_types(root: Path, feeds: list[ConfiguredFeed], ledger: Path) -> list[ConfiguredFeed]:
    """Put the words of every `event_types` feed into the mappings of the feeds of events.

    They are part of how a file is read, so a new word has the events read again. A word that an
    events feed maps itself stays.
    """
    of_types = [feed for feed in feeds if any(of.mapping.table == TABLE for of in feed.mappings)]
    words = _read_words(root, of_types, ledger)
    if not words:
        return feeds
    return [
        replace(feed, mappings=tuple(_add_words(mapping, words) for mapping in feed.mappings))
        for feed in feeds
    ]


def _read_words(root: Path, feeds: list[ConfiguredFeed], ledger: Path) -> dict[str, str]:
    """Event type id -> event type; of several files the one whose path sorts last counts."""
    words: dict[str, str] = {}
    for raw in find_files(root, feeds) if feeds else []:
        try:
            require_place(raw)
            receipt = ingest_file(SameBytes(hash_raw(raw.location), (raw,)), Target(ledger)).receipt
        except RefusedFile:
            continue
        for part in list_matching(ledger / receipt.key / TABLE, "part-*.parquet"):
            rows = pl.read_parquet(part, columns=[EventTypes.event_type_id, EventTypes.event_type])
            words.update(rows.iter_rows())
    return words


def _add_words(resolved: ResolvedMapping, words: dict[str, str]) -> ResolvedMapping:
    mapping = resolved.mapping
    if mapping.table != "events" or Events.event_type not in mapping.columns:
        return resolved
    known = {**words, **mapping.values.get(Events.event_type, {})}
    values = {**mapping.values, Events.event_type: known}
    return replace(resolved, mapping=mapping.model_copy(update={"values": values}))
