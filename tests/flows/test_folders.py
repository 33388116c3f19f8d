"""Folders that cannot be read are not empty ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.folders import list_matching, list_matching_below


@pytest.mark.parametrize("look", [list_matching, list_matching_below])
def test_what_cannot_be_listed_is_said_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Callable[[Path, str], list[Path]]
) -> None:
    """Root may read everything: what the system says is put in its place."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "b.arrow").touch()
    (tmp_path / "a.arrow").touch()
    (tmp_path / "a.txt").touch()
    assert [path.name for path in look(tmp_path, "*.arrow")] == ["a.arrow", "b.arrow"]
    assert look(tmp_path / "nowhere", "*") == []
    for name in ("listdir", "scandir"):
        monkeypatch.setattr(f"os.{name}", refuse)
    with pytest.raises(PermissionError):
        look(tmp_path, "*.arrow")


def test_files_below_stand_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b/1.parquet", "a/c/2.parquet", "a/1.parquet", "a/1.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [
        path.relative_to(tmp_path).as_posix() for path in list_matching_below(tmp_path, "*.parquet")
    ]
    assert found == ["a/1.parquet", "a/c/2.parquet", "b/1.parquet"]
