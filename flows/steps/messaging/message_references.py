"""The messages that sends and events name, as each file's list has them since it was read.

What earlier runs gathered from files that are still there is gone on from.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Held, Rows, no_rows
from contracts.facts.messaging.send_keys import MessageReferences
from flows.catalog.canonical_tables import Catalog
from flows.ingest.send_key_files import REFERENCES_FILE
from flows.kept.keepers import Keeper
from flows.kept.kept_frames import read_frame, write_frames
from flows.runtime.materialize import materialize
from transforms.messaging.messages.message_references import join_lists, list_references
from transforms.messaging.send_keys import select_event_keys, select_send_keys

NAMES = "message names"
"""The step that keeps them, beside the names that are found with them."""
REFERENCES, FILES = "references", "files.json"
TABLES = ("sends", "events")


@dataclass(frozen=True)
class FileReferences:
    """The messages that files name whose rows all count.

    Attributes:
        files: The files, each as what reading it gave.
        rows: A row for each channel that a message is named with.
    """

    files: frozenset[str]
    rows: Held[MessageReferences]

    def keep(self, folder: Path) -> None:
        """Keep them for the next run."""
        write_frames(folder, {REFERENCES: self.rows})
        (folder / FILES).write_text(json.dumps(sorted(self.files)))


def find_earlier(keeper: Keeper) -> FileReferences | None:
    """What the run before gathered."""
    for _, folder in keeper.list_earlier(NAMES):
        files = json.loads((folder / FILES).read_text("utf-8"))
        return FileReferences(frozenset(files), read_frame(folder, REFERENCES, MessageReferences))
    return None


def gather_references(catalog: Catalog, earlier: FileReferences | None = None) -> FileReferences:
    """The messages that the files name whose rows all count.

    Args:
        earlier: What a run before gathered; of use where all of its files are there still.
    """
    lists = {
        f"{table} {file.identity}": catalog.folder(file, table) / REFERENCES_FILE
        for table in TABLES
        for discarded in [catalog.status.list_files(table)]
        for file in catalog.feeding(table)
        if file.order not in discarded
    }
    known = earlier if earlier is not None and earlier.files <= lists.keys() else None
    new = [path for name, path in lists.items() if known is None or name not in known.files]
    rows = [no_rows(MessageReferences)]
    rows += [pl.scan_parquet(new)] if new else []
    rows += [] if known is None else [known.rows.lazy()]
    gathered = materialize(join_lists(pl.concat(rows)), MessageReferences)
    return FileReferences(frozenset(lists), gathered.collect())


def scan_references(
    catalog: Catalog, channels: RunChannels, gathered: FileReferences
) -> Rows[MessageReferences]:
    """What all files name; those of which some rows do not count, in their other rows.

    Args:
        gathered: What the files name whose rows all count.
    """
    lists = [gathered.rows.lazy()]
    for table in TABLES:
        discarded = catalog.status.list_files(table)
        for file in catalog.feeding(table):
            if file.order in discarded:
                rows, is_sends = catalog.scan_file(file, table), table == "sends"
                keys = select_send_keys(rows) if is_sends else select_event_keys(rows, channels.own)
                lists.append(list_references(keys))
    return pl.concat(lists)
