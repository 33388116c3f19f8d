"""The slim parts of a file, written beside its canonical parts and cut into hash buckets."""

from pathlib import Path

import polars as pl

from transforms.common.keys import BUCKETS
from transforms.messaging.send_keys import FAMILIES, REFERENCES, SLIM, list_links, merge_references

FLUSH_BYTES = 96 * 1024 * 1024
"""How much is held back before the buckets are written."""
WHOLE = "whole"
"""The name of a part that holds every bucket: of a file too small to be cut."""
SMALL = 50_000
REFERENCES_FILE = "references.parquet"
LINKS_FILE = "links.parquet"


class SlimWriter:
    """Collects the slim rows of one file and writes them bucket by bucket.

    Layout below `home`: `slim-<family>/<bucket>-<flush>.arrow`, or `slim-<family>/whole.arrow`
    for a small file; and `references.parquet` and `links.parquet`: what the keys stand for.
    """

    def __init__(self, home: Path, table: str) -> None:
        """Prepare to write below `home`; tables other than sends and events have no slim parts."""
        self.home = home
        self.table = table
        self.held: list[pl.DataFrame] = []
        self.references: list[pl.DataFrame] = []
        self.links: list[pl.DataFrame] = []
        self.families: set[str] = set()
        self.flushes = 0

    def write(self, valid: pl.DataFrame) -> None:
        """Take the slim rows of a batch of canonical rows."""
        if self.table not in SLIM:
            return
        rows = SLIM[self.table](valid.lazy()).collect(engine="in-memory")
        self.references.append(merge_references(rows.lazy()).collect(engine="in-memory"))
        if self.table == "events":
            self.links.append(list_links(valid.lazy()).collect(engine="in-memory"))
        self.held.append(rows.drop(*(c for c in REFERENCES if c != "message")))
        if sum(frame.estimated_size() for frame in self.held) > FLUSH_BYTES:
            self._flush(cut=True)

    def finish(self) -> list[str]:
        """Write what is left; return the families that there are."""
        if self.references:
            references = merge_references(pl.concat(self.references).lazy()).collect()
            self.home.mkdir(parents=True, exist_ok=True)
            references.write_parquet(self.home / REFERENCES_FILE)
            if self.links:
                links = pl.concat(self.links).unique()
                links.write_parquet(self.home / LINKS_FILE)
            held = sum(frame.height for frame in self.held)
            self._flush(cut=self.flushes > 0 or held > SMALL)
        return sorted(self.families)

    def _flush(self, *, cut: bool) -> None:
        if not self.held:
            return
        rows = pl.concat(self.held)
        self.held = []
        if self.table == "sends":
            self._write_family("send", rows, "send", cut=cut)
        else:
            for code, family in enumerate(FAMILIES):
                chosen = rows.filter(pl.col("family") == code).drop("family")
                self._write_family(family, chosen, "ref", cut=cut)
        self.flushes += 1

    def _write_family(self, family: str, rows: pl.DataFrame, key: str, *, cut: bool) -> None:
        if rows.height == 0:
            return
        self.families.add(family)
        folder = self.home / f"slim-{family}"
        folder.mkdir(parents=True, exist_ok=True)
        if not cut:
            rows.write_ipc(folder / f"{WHOLE}.arrow", compression="lz4")
            return
        buckets = rows.with_columns((pl.col(key) % BUCKETS).alias("bucket")).partition_by(
            "bucket", as_dict=True, maintain_order=False
        )
        for (bucket,), part in buckets.items():
            part.drop("bucket").write_ipc(
                folder / f"{bucket:02}-{self.flushes:04}.arrow", compression="lz4"
            )
