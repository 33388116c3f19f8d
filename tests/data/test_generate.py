"""The sample workspaces: made anew they are the same, and their figures are those promised."""

import csv
import gzip
import io
import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from contracts.config.workspace import Workspace
from data.generate import SAMPLES, WRITERS, generate

SIZE_LIMIT = 300_000
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw files, made a second time."""
    folder = tmp_path_factory.mktemp("samples")
    generate(folder)
    return folder


def raw_files(folder: Path) -> dict[str, Path]:
    """Every raw file below a folder of samples by its path there."""
    found = (path for name in WRITERS for path in (folder / name / "raw").rglob("*"))
    return {path.relative_to(folder).as_posix(): path for path in found if path.is_file()}


def decompressed(path: Path) -> bytes:
    """A file's content; compressors may differ between machines, contents may not."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        return pa.input_stream(path, compression="zstd").read()
    return path.read_bytes()


def read_rows(path: Path) -> Rows:
    """The whole records of a sample file."""
    text = decompressed(path).decode()
    if ".json" in path.name:
        return (
            json.loads(text) if text.startswith("[") else list(map(json.loads, text.splitlines()))
        )
    return list(csv.DictReader(io.StringIO(text)))


def test_two_runs_write_the_same_bytes(made: Path, tmp_path: Path) -> None:
    generate(tmp_path)
    first, second = raw_files(made), raw_files(tmp_path)
    assert {name: p.read_bytes() for name, p in first.items()} == {
        name: p.read_bytes() for name, p in second.items()
    }


def test_committed_files_are_those_of_the_generator(made: Path) -> None:
    ours, again = raw_files(SAMPLES), raw_files(made)
    assert sorted(ours) == sorted(again)
    for name, path in ours.items():
        if path.suffix == ".parquet":
            assert_frame_equal(pl.read_parquet(path), pl.read_parquet(again[name]))
        else:
            assert decompressed(path) == decompressed(again[name]), name


def test_samples_are_small() -> None:
    too_big = [
        p for p in SAMPLES.rglob("raw/**/*") if p.is_file() and p.stat().st_size > SIZE_LIMIT
    ]
    assert too_big == []


@pytest.mark.parametrize("sample", WRITERS)
def test_configuration_reads_every_file(sample: str) -> None:
    folder = SAMPLES / sample
    config = Workspace.model_validate(tomllib.loads((folder / "campaigns.toml").read_text()))
    read = [path for feed in config.feeds for path in folder.glob(feed.files)]
    assert sorted(read) == sorted(p for p in (folder / "raw").rglob("*") if p.is_file())


@pytest.mark.parametrize("sample", WRITERS)
def test_addresses_are_of_example_domains(sample: str) -> None:
    for path in (SAMPLES / sample / "raw").rglob("*.*"):
        if path.suffix == ".parquet":
            text = pl.read_parquet(path).write_csv()
        else:
            content = decompressed(path)
            text = content.decode("utf-16" if content[:2] == b"\xff\xfe" else "latin-1")
        for word in text.replace(",", " ").replace("|", " ").replace('"', " ").split():
            if "@" in word:
                assert word.rstrip(">;").rpartition("@")[2].lower() in {
                    "example.com",
                    "example.org",
                }


def test_golden_campaign_by_hand() -> None:
    raw = SAMPLES / "skene/raw"
    (golden,) = (
        row
        for row in read_rows(raw / "campaigns/2026-06-01.json")
        if row["name"] == "Q2 Product Update"
    )
    sends = {
        row["id"]: row["status"]
        for row in read_rows(raw / "campaign_sends/2026-04.csv")
        if row["campaign_id"] == golden["id"]
    }
    events = [
        row
        for row in read_rows(raw / "campaign_events/2026-04.jsonl.gz")
        if row["send_id"] in sends
    ]
    opened = {row["send_id"] for row in events if row["event_type"] == "open"}
    clicked = {row["send_id"] for row in events if row["event_type"] == "click"}
    delivered = {send for send, status in sends.items() if status == "delivered"}
    assert (golden["channel"], golden["status"]) == ("email", "sent")
    assert sorted(sends.values()) == ["bounced", "delivered", "delivered", "delivered"]
    assert [row["event_type"] for row in events].count("open") == 3
    assert [row["event_type"] for row in events].count("click") == 2
    assert opened == delivered
    assert len(opened) / len(delivered) == 1.0
    assert round(len(clicked) / len(delivered), 4) == 0.6667
    assert list(sends.values()).count("bounced") / len(sends) == 0.25


def test_skene_sends_that_are_not_final_have_no_events() -> None:
    raw = SAMPLES / "skene/raw"
    rows = [
        row
        for name in ("2026-04.csv", "2026-05.csv.zst")
        for row in read_rows(raw / "campaign_sends" / name)
    ]
    waiting = {row["id"] for row in rows if row["status"] in {"queued", "sent"}}
    events = [
        row
        for month in ("04", "05")
        for row in read_rows(raw / f"campaign_events/2026-{month}.jsonl.gz")
    ]
    assert waiting
    assert waiting.isdisjoint(row["send_id"] for row in events)


def test_skene_events_follow_their_sends() -> None:
    raw = SAMPLES / "skene/raw"
    rows = [
        row
        for name in ("2026-04.csv", "2026-05.csv.zst")
        for row in read_rows(raw / "campaign_sends" / name)
    ]
    sent = {row["id"]: datetime.fromisoformat(row["sent_at"]) for row in rows if row["sent_at"]}
    events = [
        row
        for month in ("04", "05")
        for row in read_rows(raw / f"campaign_events/2026-{month}.jsonl.gz")
    ]
    assert all(datetime.fromisoformat(row["occurred_at"]) >= sent[row["send_id"]] for row in events)
