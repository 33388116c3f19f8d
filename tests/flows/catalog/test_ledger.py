"""SPEC §8: the ledger is believed as far as it verifies; what does not is read again."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.catalog.ledger import list_readings, read_kept
from flows.steps.reading.read_feeds import FeedsRead
from flows.storage.sealed_folders import RECEIPT
from tests.support.workspace_copies import flip_bit
from tests.support.workspaces import feed, read_workspace, rows, write_workspace

FILES = {
    "raw/contacts/1.csv": b"contact_id,email\n101,a@x.io\n102,b@x.io\n",
    "raw/sends/1.csv": b"send_id,contact_id,status\n201,101,sent\n202,102,gone\n",
}
TOML = feed("contacts", "raw/contacts/*") + feed("sends", "raw/sends/*")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "ws", TOML, FILES)


def read(root: Path) -> FeedsRead:
    return read_workspace(root, root / "state" / "ledger")


def kept_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "state" / "ledger").rglob("*") if path.is_file())


def told(found: FeedsRead) -> list[str]:
    return [warning.path or "" for warning in found.warnings if warning.code == "ledger_damaged"]


DAMAGES: dict[str, Callable[[Path], object]] = {
    "one bit": flip_bit,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "emptied": lambda path: path.write_bytes(b""),
    "deleted": lambda path: path.unlink(),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_happens_to_a_file_of_the_ledger_it_is_read_again(root: Path, damage: str) -> None:
    clean = read(root)
    names = [path.relative_to(root).as_posix() for path in kept_files(root)]
    assert {Path(name).suffix for name in names} == {".json", ".parquet", ".arrow"}
    for name in names:
        content = (root / name).read_bytes()
        DAMAGES[damage](root / name)
        again = read(root)
        assert len(told(again)) == 1, name
        assert again.inputs == clean.inputs
        assert rows(again, "contacts", "contact_id") == rows(clean, "contacts", "contact_id")
        assert (root / name).read_bytes() == content
        assert told(read(root)) == []


def test_a_receipt_that_was_forged_or_moved_is_not_believed(root: Path) -> None:
    read(root)
    ledger = root / "state" / "ledger"
    one, other = list_readings(ledger)
    text = (ledger / one / RECEIPT).read_text()
    forged = json.loads(text) | {"bytes": 1}
    (ledger / one / RECEIPT).write_text(json.dumps(forged))
    with pytest.raises(match=r"receipt.json is not what was written"):
        read_kept(ledger, one)
    (ledger / one / RECEIPT).write_text((ledger / other / RECEIPT).read_text())
    with pytest.raises(match=r"receipt.json is another reading's"):
        read_kept(ledger, one)


def test_a_file_that_no_receipt_lists_makes_a_reading_suspect(root: Path) -> None:
    clean = read(root)
    ledger = root / "state" / "ledger"
    (part,) = ledger.rglob("contacts/part-*.parquet")
    (part.parent / "part-99999.parquet").write_bytes(part.read_bytes())
    again = read(root)
    assert told(again) == ["raw/contacts/1.csv"]
    assert rows(again, "contacts", "contact_id") == rows(clean, "contacts", "contact_id")


def test_the_ledger_is_for_its_owner_alone(root: Path) -> None:
    read(root)
    folders = {path.parent for path in kept_files(root)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept_files(root)} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
