"""Two columns of one name: allowed where no mapping means them, or where they are the same."""

from pathlib import Path

import pytest

from contracts.config.workspace import Workspace
from flows.steps.reading.refusals import find_refusal
from tests.support.workspaces import feed, read_files, rows

TOML = feed("contacts", "raw/contacts/*") + feed("events", "raw/events/*")


def test_equal_ones_are_one(tmp_path: Path) -> None:
    """Google's exports have `Currency code` twice."""
    files = {"raw/contacts/1.csv": b"contact_id,email, Email\n1,a@x.io,a@x.io\n2,,\n"}
    found = read_files(tmp_path, TOML, files)
    got = rows(found, "contacts", "contact_id", "email", "attributes")
    assert got == [("1", "a@x.io", None), ("2", None, None)]


def test_those_that_no_mapping_means_are_kept_apart(tmp_path: Path) -> None:
    files = {"raw/contacts/1.csv": b"contact_id,mood,mood\n1,calm,glad\n"}
    found = read_files(tmp_path, TOML, files)
    assert rows(found, "contacts", "attributes") == [('{"mood":"calm","mood (2)":"glad"}',)]


@pytest.mark.parametrize("cells", [b"a@x.io,b@x.io", b"a@x.io,", b",a@x.io"])
def test_different_ones_that_a_mapping_means_refuse_the_file(tmp_path: Path, cells: bytes) -> None:
    files = {"raw/contacts/1.csv": b"contact_id,email,email\n1,c@x.io,c@x.io\n2," + cells + b"\n"}
    (refused,) = read_files(tmp_path, TOML, files).refused
    assert refused.reason == 'columns 2 and 3 are both named "email" and have different values'


def test_the_run_stops(tmp_path: Path) -> None:
    files = {"raw/contacts/1.csv": b"contact_id,contact_id\n1,2\n"}
    found = read_files(tmp_path, TOML, files)
    assert "raw/contacts/1.csv" in str(find_refusal(found, Workspace()))
