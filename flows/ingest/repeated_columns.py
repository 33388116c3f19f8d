"""Two columns of one name in a file: where it does not matter which is meant (SPEC §5.2)."""

from collections.abc import Iterable, Iterator

import polars as pl

from flows.config.configured_feeds import ConfiguredFeed
from flows.readers import Header, RawBatch, RefusedFile
from transforms.ingest.column_mapping import index_header
from transforms.ingest.expressions import file_columns, fold


def drop_repeated(
    batches: Iterable[RawBatch], feed: ConfiguredFeed, header: Header
) -> Iterator[RawBatch]:
    """The batches without the further columns of a name that a mapping means.

    Raises:
        RefusedFile: A row holds different values in two columns of such a name.
    """
    repeated = _find_meant(feed, header)
    for batch in batches:
        for further, first in repeated.items():
            is_equal = pl.col(first).eq_missing(pl.col(further)).all()
            if not batch.rows.select(is_equal).item():
                places = [header.columns.index(name) + 1 for name in (first, further)]
                msg = (
                    f'columns {places[0]} and {places[1]} are both named "{first.strip()}" '
                    "and have different values"
                )
                hint = "give every column of the file that is mapped a name of its own"
                raise RefusedFile(msg, hint)
        yield RawBatch(batch.rows.drop(repeated), batch.broken) if repeated else batch


def _find_meant(feed: ConfiguredFeed, header: Header) -> dict[str, str]:
    """The repeated columns whose name a mapping reads -> the first of their name."""
    meant: set[str] = set()
    for resolved in feed.mappings:
        mapping = resolved.mapping
        named = index_header(header.columns, resolved)
        expressions = (*mapping.columns.values(), *mapping.members.values())
        read = {fold(c) for one in expressions for c in file_columns(one, header.columns)}
        read.update(map(fold, (*mapping.when, *mapping.unless, *mapping.unless_empty)))
        meant.update(named[name] for name in read if name in named)
    return {further: first for further, first in header.repeated.items() if first in meant}
