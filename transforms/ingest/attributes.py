"""Custom columns of a file as one JSON object, beside the one that a column of it may hold."""

import polars as pl

from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.expressions import file_columns, fold, is_filled, read_expression

ATTRIBUTES = "attributes"
CUSTOM = "custom attributes"
"""The object of the columns that are none of ours."""


def express_attributes(
    resolved: ResolvedMapping, named: dict[str, str]
) -> tuple[list[pl.Expr], pl.Expr]:
    """The object of a file's custom columns, and the one that a column of it holds."""
    mapping = resolved.mapping
    source = mapping.columns.get(ATTRIBUTES)
    given = (
        read_expression(source, named, resolved.marks)
        if source is not None
        else pl.lit(None, pl.String)
    )
    used = {
        named.get(fold(c))
        for expression in (*mapping.columns.values(), *mapping.members.values())
        for c in file_columns(expression, named.values())
    }
    used.update(named.get(fold(name)) for name in (*mapping.when, *mapping.unless_empty))
    used.update(named.get(name) for name in resolved.ignored)
    custom = [name for name in dict.fromkeys(named.values()) if name not in used]
    if not mapping.takes_custom_columns:
        custom = []
    members = {
        member: read_expression(expression, named, resolved.marks).cast(pl.String)
        for member, expression in mapping.members.items()
    }
    members.update({name.removeprefix(mapping.attributes_prefix): pl.col(name) for name in custom})
    pairs = [
        pl.when(is_filled(cell)).then(
            pl.struct(cell.alias(member)).struct.json_encode().str.slice(1).str.head(-1)
        )
        for member, cell in members.items()
    ]
    if not pairs:
        return [pl.lit(None, pl.String).alias(CUSTOM)], given
    body = pl.concat_str(pairs, separator=",", ignore_nulls=True)
    whole = pl.when(body != "").then(pl.format("{{{}}}", body))
    return [whole.alias(CUSTOM)], given
