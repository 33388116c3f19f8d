"""Rows that none of a source's tables takes, and by which words: none goes without being told."""

from collections import Counter, defaultdict
from dataclasses import replace

import polars as pl

from contracts.manifest import count_of, looks_like_a_state, may_be_quoted
from flows.config.configured_feeds import ConfiguredFeed
from transforms.ingest.column_mapping import index_header, keep_rows_of_table
from transforms.ingest.expressions import fold

MOST_WORDS = 5
"""How many words of a column a note names."""


class LeftOutRows:
    """Counts the rows that are left out of a file, by the words for which they are.

    A word counts where the row has it and a table's `unless` names it, or no table's `when` does.
    """

    def __init__(self, feed: ConfiguredFeed) -> None:
        """Find the columns that tell the rows of the feed's tables from others."""
        mappings = [resolved.mapping for resolved in feed.mappings]
        self._tables = " or ".join(dict.fromkeys(mapping.table for mapping in mappings))
        self._mapping = feed.mappings[0]
        self._all_empty = [name for mapping in mappings for name in mapping.unless_all_empty]
        self._but_for_all_empty = [
            replace(one, mapping=one.mapping.model_copy(update={"unless_all_empty": ()}))
            for one in feed.mappings
            if one.mapping.unless_all_empty
        ]
        self._taken: defaultdict[str, set[str]] = defaultdict(set)
        self._refused: defaultdict[str, set[str]] = defaultdict(set)
        for mapping in mappings:
            for name, words in mapping.when.items():
                self._taken[name].update(map(fold, words))
            for name, words in mapping.unless.items():
                self._refused[name].update(map(fold, words))
        self._rows, self._nobody_s = 0, 0
        self._words: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, rows: pl.DataFrame) -> None:
        """Count further rows."""
        if rows.is_empty():
            return
        self._rows += rows.height
        self._nobody_s += sum(
            keep_rows_of_table(rows.lazy(), resolved, rows.columns).collect().height
            for resolved in self._but_for_all_empty
        )
        named = index_header(rows.columns, self._mapping)
        for name in {**self._taken, **self._refused}:
            column = named.get(fold(name))
            if column is None:
                continue
            counts = rows.get_column(column).cast(pl.String).str.strip_chars().value_counts()
            for word, count in counts.drop_nulls().iter_rows():
                is_why = fold(word) in self._refused[name] or (
                    bool(self._taken[name]) and fold(word) not in self._taken[name]
                )
                if is_why and looks_like_a_state(word):
                    self._words[name][word] += count

    def note(self) -> list[str]:
        """What a user is told of them, nothing where there are none."""
        if not self._rows:
            return []
        said = (
            f"{count_of(self._rows, 'row')} left out: none of {self._tables} by the feed's source"
        )
        why = [
            f"{name} " + ", ".join(f"{word!r} {count}" for word, count in told)
            for name in self._words
            if (told := self._list_words(name))
        ]
        if self._nobody_s:
            why.append(f"without {' and '.join(self._all_empty)} {self._nobody_s}")
        return [f"{said} ({'; '.join(why)})" if why else said]

    def _list_words(self, name: str) -> list[tuple[str, int]]:
        """The words of a column that may be told, most rows first: its source's own, and states."""
        told = [
            (word, count)
            for word, count in self._words[name].items()
            if fold(word) in self._refused[name] or may_be_quoted(word, count)
        ]
        return sorted(told, key=lambda found: (-found[1], found[0]))[:MOST_WORDS]
