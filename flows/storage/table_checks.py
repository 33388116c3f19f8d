"""Report tables against their contracts before they are published: rules, unique keys, order."""

import polars as pl
import polars.selectors as cs

from contracts.columns import Table, breaks_contract, key, polars_schema
from contracts.manifest import Check


def check_table(
    table: type[Table], label: str, rows: pl.DataFrame, *, is_sorted: bool
) -> list[Check]:
    """Check a table against its contract, its key's uniqueness and its order."""
    require_contract(table, rows)
    keys = select_keys(table, rows)
    rises = is_sorted and rises_from_row_to_row(keys)
    return check_keys(label, rows.height, None if rises else keys, is_sorted=is_sorted)


def require_contract(table: type[Table], rows: pl.DataFrame) -> None:
    """Require rows to be what their contract says.

    Pandera decides wherever one of the contract's rules finds a row, or a type is not the stated
    one; a text that rows share is looked at once.

    Raises:
        SchemaError: What is wrong.
    """
    shared = {name for name, dtype in rows.schema.items() if dtype == pl.Categorical}

    def cell(name: str) -> pl.Expr:
        return pl.col(name).unique().cast(pl.String) if name in shared else pl.col(name)

    has_types = rows.clear().with_columns(_write_out()).schema == polars_schema(table)
    breaks = [
        rule.any().alias(str(place)) for place, rule in enumerate(breaks_contract(table, cell))
    ]
    if not has_types or any(rows.select(breaks).row(0)):
        table.validate(rows.with_columns(_write_out()))


def select_keys(table: type[Table], rows: pl.DataFrame) -> pl.DataFrame:
    """The keys of a table's rows, their shared texts written out."""
    return rows.select(key(table)).with_columns(_write_out())


def _write_out() -> pl.Expr:
    return cs.categorical().cast(pl.String)


def check_keys(
    label: str, rows: int, keys: pl.DataFrame | None, *, is_sorted: bool = True
) -> list[Check]:
    """Check that keys are unique and in order; None for keys that rise from row to row."""
    distinct = rows if keys is None else keys.n_unique() if rows else 0
    checks = [equal(f"{label}: rows equal distinct keys", rows, distinct)]
    if is_sorted and rows:
        in_order = keys is None or keys.equals(keys.sort(keys.columns))
        checks.append(equal(f"{label}: sorted by its key", 1, int(in_order)))
    return checks


def rises_from_row_to_row(keys: pl.DataFrame) -> bool:
    """Whether each key sorts after the one before it, nulls first: then all are distinct, too."""
    is_after = pl.lit(value=False)
    for name in reversed(keys.columns):
        this, last = pl.col(name), pl.col(name).shift()
        is_more = (this > last).fill_null(last.is_null() & this.is_not_null())
        is_after = is_more | (this.eq_missing(last) & is_after)
    return keys.lazy().select(is_after.slice(1).all()).collect(engine="in-memory").item()


def equal(name: str, expected: int | str, actual: int | str) -> Check:
    """A reconciliation of two figures that must be the same."""
    return Check(name=name, expected=expected, actual=actual, holds=expected == actual)


def equal_or_more(name: str, expected: int, actual: int, more: str, *, may_be_more: bool) -> Check:
    """The same where the second figure may exceed the first; its name then says by `more` why."""
    if not may_be_more:
        return equal(name, expected, actual)
    name = f"{name} or more, {more}"
    return Check(name=name, expected=expected, actual=actual, holds=actual >= expected)
