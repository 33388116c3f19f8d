"""Custom columns of a file as one JSON object, beside the one that a column of it may hold."""

import json

import polars as pl

from transforms.ingest.column_mapping import (
    ResolvedMapping,
    file_columns,
    fold,
    is_filled,
    read_expression,
)

ATTRIBUTES = "attributes"


def express_attributes(
    resolved: ResolvedMapping, named: dict[str, str]
) -> tuple[list[pl.Expr], pl.Expr]:
    """The object of a file's custom columns, and the one that a column of it holds."""
    mapping = resolved.mapping
    source = mapping.columns.get(ATTRIBUTES)
    given = read_expression(source, named) if source is not None else pl.lit(None, pl.String)
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
        member: read_expression(expression, named).cast(pl.String)
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
        return [pl.lit(None, pl.String).alias("custom attributes")], given
    body = pl.concat_str(pairs, separator=",", ignore_nulls=True)
    whole = pl.when(body != "").then(pl.format("{{{}}}", body))
    return [whole.alias("custom attributes")], given


def merge_objects(first: str, second: str) -> pl.Expr:
    """Two JSON objects as one, the first's members winning; an empty object is null."""
    return pl.struct(first, second).map_batches(_merge_object_texts, return_dtype=pl.String)


def _merge_object_texts(objects: pl.Series) -> pl.Series:
    first, second = (objects.struct.field(name) for name in objects.struct.fields)
    if first.null_count() == second.null_count() == len(first):
        return first
    if second.null_count() == len(second):
        return first.set(first.str.contains(r"^\{\s*\}$"), None)
    is_both = first.is_not_null() & second.is_not_null()
    if is_both.any():
        further = [
            _leave_out(given, custom) if both else custom
            for given, custom, both in zip(first, second, is_both, strict=True)
        ]
        second = pl.Series(second.name, further, pl.String)
    bodies = [
        text.str.strip_chars().str.slice(1).str.head(-1).str.strip_chars().replace("", None)
        for text in (first, second)
    ]
    body = pl.select(pl.concat_str(bodies, separator=",", ignore_nulls=True)).to_series()
    return ("{" + body + "}").set(body == "", None)


def _leave_out(given: str, custom: str) -> str:
    """An object without the members that another one has."""
    taken = json.loads(given)
    kept = {name: text for name, text in json.loads(custom).items() if name not in taken}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
