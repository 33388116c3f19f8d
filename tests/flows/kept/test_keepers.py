"""Tasks that write kept results: what one leaves is whole, however often it is carried out."""

from pathlib import Path

import pytest

from flows.kept.keepers import Scratch, carry_out


def write(shared: str, item: int, folder: Path) -> None:
    """Write a file, and look at what is there meanwhile."""
    (folder / "half").write_text(shared)
    assert [path for path in folder.parent.rglob("half") if path.parent != folder] == []
    (folder / "half").rename(folder / "whole")
    if item < 0:
        msg = "no such item"
        raise ValueError(msg)


def test_what_a_task_writes_is_moved_in_when_it_is_whole(tmp_path: Path) -> None:
    inputs = [[item] for item in range(3)]
    folders = Scratch(tmp_path).each("step", inputs, write, "text", range(3))
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    homes = sorted(folder.open().name for folder in folders)
    assert found == sorted([*homes, *(f"{home}/whole" for home in homes)])


def test_a_task_that_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    folder.mkdir()
    with pytest.raises(ValueError, match="no such item"):
        carry_out(write, "text", (0, -1, folder))
    assert [*tmp_path.rglob("*")] == [folder]


def test_an_attempt_that_comes_too_late_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    folder.mkdir()
    carry_out(write, "text", (0, 1, folder))
    folder.rename(tmp_path / "kept")
    with pytest.raises(FileNotFoundError):
        carry_out(write, "late", (0, 1, folder))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept/whole").read_text() == "text"
