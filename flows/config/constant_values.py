"""Whether a feed's constants are what their columns hold: a slip of the configuration, no row's."""

from collections.abc import Iterator

import polars as pl

from contracts.columns import rules
from contracts.config.nearest_names import nearest
from contracts.feeds import AdStats
from contracts.vocabulary import Platform
from flows.config.configured_feeds import ConfiguredFeed
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_parsing import ROW_NUMBER, is_unparsed, parse_rows, parsed_columns
from transforms.ingest.validation import explain_failures

PLATFORMS = [platform.value for platform in Platform]


def find_wrong_constants(feed: ConfiguredFeed) -> Iterator[str]:
    """What is wrong with the constants of a feed, key by key, without their values."""
    constants = feed.section.constants
    for resolved in feed.mappings if constants else ():
        for name, words in _explain_row_of(constants, resolved).items():
            near = nearest(constants[name], PLATFORMS) if name == AdStats.platform else None
            hint = f"; did you mean {near!r}?" if near else ""
            yield f"feeds[{feed.place}].constants.{name}: {words}{hint}"


def _explain_row_of(constants: dict[str, str], resolved: ResolvedMapping) -> dict[str, str]:
    """Column -> why a row that has nothing but the constants, read as a file's, is none."""
    table = resolved.table
    row = parse_rows(pl.LazyFrame({ROW_NUMBER: [1]}), resolved, ()).collect()
    unparsed = [is_unparsed(name) for name in parsed_columns(table) if name in constants]
    broken = [
        ~rule.holds(pl.col(name))
        for name, of in rules(table).items()
        if name in constants
        for rule in of
    ]
    wrong = row.filter(pl.any_horizontal(pl.lit(value=False), *unparsed, *broken))
    sentences = (
        explain_failures(wrong, table).get_column("failed_checks").explode() if len(wrong) else ()
    )
    said = dict(sentence.split(": ", 1) for sentence in sentences)
    return {name: words for name, words in said.items() if name in constants}
