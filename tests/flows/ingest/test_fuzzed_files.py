"""Real files, damaged at random: refused with a sentence, or every one of their rows accounted for.

`CAMPAIGN_REPORTS_FUZZ=5000` tries so many damaged files instead of a few.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.catalog.feed_files import RawFile, find_files
from flows.config.configured_feeds import configure_feeds
from flows.config.loading import load_workspace
from flows.ingest.file_ingest import SameBytes, Target, ingest_file
from flows.readers import RefusedFile
from flows.storage.workspace_files import hash_file

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "sample"
EXAMPLES = int(os.environ.get("CAMPAIGN_REPORTS_FUZZ", "40"))
LARGEST = 6_000
"""Files of more bytes are left out: damage is as likely in the small ones, and sooner read."""


def list_files() -> list[RawFile]:
    """The small raw files of every sample, one a feed."""
    found: list[RawFile] = []
    for toml in sorted(SAMPLES.glob("*/campaigns.toml")):
        loaded = load_workspace(toml.parent, environ={})
        seen: set[str] = set()
        for raw in find_files(loaded.root, configure_feeds(loaded.config, loaded.sources)):
            if raw.location.stat().st_size <= LARGEST and raw.feed.name not in seen:
                seen.add(raw.feed.name)
                found.append(raw)
    return found


FILES = list_files()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[RawFile, bytes]:
    """A file with its bytes cut, doubled, flipped or mixed with others."""
    raw = draw(st.sampled_from(FILES))
    content = raw.location.read_bytes()
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, max(0, len(content) - 1)))
        stop = min(len(content), start + draw(st.integers(0, 40)))
        piece = content[start:stop]
        put = draw(
            st.sampled_from([b"", piece * 2, piece[::-1], bytes(b ^ 0x20 for b in piece)])
            | st.binary(max_size=8)
            | st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"{", b"]", b"1e999"])
        )
        content = content[:start] + put + content[stop:]
        if draw(st.integers(0, 9)) == 0:
            content = content[:start]
    return raw, content


@pytest.mark.skipif(not FILES, reason="the samples are not here")
@settings(max_examples=EXAMPLES)
@given(damaged())
def test_a_damaged_file_is_refused_or_every_row_is_accounted_for(
    example: tuple[RawFile, bytes],
) -> None:
    raw, content = example
    receipt, refused = None, None
    with TemporaryDirectory() as place:
        path = Path(place) / raw.location.name
        path.write_bytes(content)
        same = SameBytes(hash_file(path), (RawFile(raw.feed, raw.path, path, raw.home),))
        try:
            receipt = ingest_file(same, Target(Path(place) / "ledger")).receipt
        except RefusedFile as error:
            refused = error
    assert refused is None or (refused.reason and refused.hint)
    for got in receipt.tables if receipt else ():
        assert got.rows_read == got.valid + got.rejected
        assert sum(got.reasons.values()) >= got.rejected


def test_the_samples_bring_every_format() -> None:
    suffixes = {"".join(raw.location.suffixes[-2:]) for raw in FILES}
    assert {".csv", ".tsv", ".json", ".jsonl", ".parquet", ".csv.gz", ".csv.zst"} <= suffixes
