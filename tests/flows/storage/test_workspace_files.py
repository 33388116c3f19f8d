"""The primitives of safe writing, and what a disk's refusal becomes."""

from pathlib import Path

import polars as pl
import pytest

from flows.errors import StorageFailed
from flows.storage import workspace_files
from flows.storage.workspace_files import replace_text, replace_with_copy


def test_a_text_is_replaced_whole_and_no_draft_stays(tmp_path: Path) -> None:
    target, scratch = tmp_path / "current.json", tmp_path / "state"
    for text in ("old", "new"):
        replace_text(target, text, scratch)
        assert target.read_text() == text
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("has_links", [True, False])
def test_a_copy_is_a_link_where_the_file_system_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def refuse(*_: Path) -> None:
        raise OSError(1, "no links here")

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    source, target = tmp_path / "source", tmp_path / "latest" / "target"
    source.write_text("rows")
    for _ in range(2):
        replace_with_copy(source, target, tmp_path / "state")
    assert target.read_text() == "rows"
    assert target.samefile(source) is has_links
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_storage_failure_in_python_and_in_polars() -> None:
    with (
        pytest.raises(StorageFailed, match="No space left") as told,
        workspace_files.storage_errors("writing"),
    ):
        pl.DataFrame({"a": range(100_000)}).write_parquet("/dev/full")
    assert "make room" in told.value.hint
    with pytest.raises(StorageFailed), workspace_files.storage_errors("writing"):
        Path("/dev/full").write_text("text")


def test_what_is_moved_is_told_with_its_place_and_its_target(tmp_path: Path) -> None:
    """The target is what may lack the rights."""
    (tmp_path / "draft").touch()
    target = tmp_path / "nowhere" / "table"
    with pytest.raises(StorageFailed) as told, workspace_files.storage_errors("writing"):
        (tmp_path / "draft").replace(target)
    assert told.value.message.endswith(f"({tmp_path / 'draft'} to {target})")


def test_a_polars_error_that_is_no_storage_error_passes() -> None:
    with (
        pytest.raises(pl.exceptions.ColumnNotFoundError),
        workspace_files.storage_errors("writing"),
    ):
        pl.DataFrame({"a": [1]}).select("b")
