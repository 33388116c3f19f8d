"""What messages files name: gathered from all of them, or gone on from what was gathered before."""

from pathlib import Path

from contracts.channels import RunChannels
from flows.catalog.canonical_tables import Catalog
from flows.steps.messaging.message_references import (
    FileReferences,
    gather_references,
    scan_references,
)
from tests.support.message_workspaces import PEOPLE, event
from tests.support.workspaces import as_json_lines, feed, read_workspace, write_workspace
from transforms.messaging.messages.message_references import merge_references


def read(root: Path, **events: list[dict[str, object]]) -> Catalog:
    """A workspace with files of events."""
    toml = feed("contacts", "raw/contacts/*") + feed("events", "raw/events/*")
    files = {f"raw/events/{name}.jsonl": as_json_lines(rows) for name, rows in events.items()}
    write_workspace(root, toml, {"raw/contacts/1.csv": PEOPLE, **files})
    return read_workspace(root, root / "ledger").catalog


def opened(own: str, message: str) -> dict[str, object]:
    return event(own, "email_opened", message_id=message, contact_id="101")


def named(catalog: Catalog, gathered: FileReferences) -> list[str]:
    references = scan_references(catalog, RunChannels(), gathered)
    merged = merge_references(references, RunChannels().codes)
    return sorted(merged.collect().get_column("message_id"))


def test_a_new_file_is_added_to_what_was_gathered(tmp_path: Path) -> None:
    before = gather_references(read(tmp_path, a=[opened("1", "m1")], b=[opened("2", "m2")]))
    catalog = read(tmp_path, c=[opened("3", "m3"), opened("4", "m1")])
    gone_on, anew = gather_references(catalog, before), gather_references(catalog)
    assert gone_on.files == anew.files
    assert named(catalog, gone_on) == named(catalog, anew) == ["m1", "m2", "m3"]


def test_of_a_file_that_is_gone_nothing_is_named_any_more(tmp_path: Path) -> None:
    before = gather_references(read(tmp_path, a=[opened("1", "m1")], b=[opened("2", "m2")]))
    (tmp_path / "raw/events/a.jsonl").unlink()
    catalog = read(tmp_path)
    assert named(catalog, gather_references(catalog, before)) == ["m2"]


def test_what_is_said_twice_is_named_once_and_by_what_counts(tmp_path: Path) -> None:
    """Event 1 is delivered again, of another message: one of the two files counts no more."""
    before = gather_references(read(tmp_path, a=[opened("1", "m1"), opened("2", "m2")]))
    again = {**opened("1", "m3"), "occurred_at": "2026-01-03T00:00:00Z"}
    catalog = read(tmp_path, b=[again])
    gone_on, anew = (gather_references(catalog, one) for one in (before, None))
    assert named(catalog, gone_on) == named(catalog, anew)
    assert len(named(catalog, gone_on)) == 2
