"""What sums were made from: rows that count as before, rows that are gone, rows that came."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from flows.catalog.row_files import RowFile, compare_files, list_bases, write_record
from flows.kept.keepers import Scratch


def file(name: str, *uncounted: int, feed: int = 1) -> RowFile:
    """A file of ten sends of which some rows do not count."""
    counts = pl.Series(uncounted, dtype=pl.UInt32) if uncounted else None
    return RowFile(Path(name), "sends", feed, 0, 10, name, listed=counts)


def told(files: tuple[RowFile, ...]) -> list[tuple[str, int, list[int] | None, bool]]:
    return [
        (one.identity, one.rows, None if one.listed is None else [*one.listed], one.is_chosen)
        for one in files
    ]


def test_files_that_are_new_or_gone_count_whole() -> None:
    changes = compare_files([file("a"), file("b")], [file("b"), file("c", 3)])
    assert told(changes.same) == [("b", 10, None, False)]
    assert told(changes.gone) == [("a", 10, None, False)]
    assert told(changes.come) == [("c", 10, [3], False)]


def test_of_a_file_in_both_the_rows_count_whose_standing_changed() -> None:
    """Row 1 never counts, row 2 counts now, row 3 no more."""
    changes = compare_files([file("a", 1, 2)], [file("a", 1, 3)])
    assert told(changes.same) == [("a", 10, [1, 2, 3], False)]
    assert told(changes.gone) == [("a", 1, [3], True)]
    assert told(changes.come) == [("a", 1, [2], True)]


def test_a_file_whose_feed_has_another_place_is_another() -> None:
    changes = compare_files([file("a", feed=1)], [file("a", feed=2)])
    assert (told(changes.same), len(changes.gone), len(changes.come)) == ([], 1, 1)


class Earlier(Scratch):
    """Has one result of a step, kept by a run before."""

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        yield name, self.home


def test_a_result_is_gone_on_from_under_the_settings_that_decided_it(tmp_path: Path) -> None:
    files = [file("a", 1, 2), file("b")]
    write_record(tmp_path, "one zone", "names", files)

    def find(settings: str) -> list[object]:
        bases = list_bases(Earlier(tmp_path), "a step", settings, Path(), files)
        return [(folder, made_from.names, told(then)) for folder, made_from, then in bases]

    assert find("one zone") == [(tmp_path, "names", told(tuple(files)))]
    assert find("another zone") == []
