"""What a file's header must have, by the mapping that reads it (SPEC §3)."""

from contracts.columns import any_of, required
from flows.config.feeds import ConfiguredFeed
from flows.readers import RefusedFile
from transforms.ingest.column_mapping import ResolvedMapping, find_missing_columns, index_header
from transforms.ingest.expressions import file_columns, fold


def require_columns(feed: ConfiguredFeed, header: tuple[str, ...]) -> None:
    """Refuse a file that lacks a column without which no row of its table can hold."""
    for resolved in feed.mappings:
        named = index_header(header, resolved)
        for column, source in feed.other_reports.items():
            if fold(column) in named:
                msg = f"its column {named[fold(column)]!r} tells that it is another report"
                raise RefusedFile(msg, f'read it with source = "{source}"')
        if not named.keys() >= set(map(fold, resolved.mapping.unless_empty)):
            continue
        table = resolved.table
        missing = find_missing_columns(resolved, header, required(table))
        alternatives = any_of(table)
        if alternatives and len(find_missing_columns(resolved, header, alternatives)) == len(
            alternatives
        ):
            missing.append(" or ".join(alternatives))
        if missing:
            wanted = [_file_names(resolved, name) for name in missing]
            msg = f"no column for {resolved.mapping.table}.{', '.join(missing)}"
            hint = f"add {', '.join(wanted)} to the file, or map its column in the feed's `columns`"
            raise RefusedFile(msg, hint)


def _file_names(resolved: ResolvedMapping, name: str) -> str:
    expression = resolved.mapping.columns.get(name)
    return " or ".join(file_columns(expression)) if expression is not None else name
