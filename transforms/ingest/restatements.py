"""Ad figures that a later file of a feed says anew (SPEC §5.4).

Exports overlap: the rows of one level, entity and day in the file whose path sorts last take the
place of those of the feed's earlier files. Within one file rows of a key add up.
"""

import polars as pl

from contracts.columns import Table, columns
from contracts.feeds import AdBreakdowns, AdConversions, AdStats
from transforms.common.ad_levels import ID_OF_LEVEL, finest_level
from transforms.common.keys import hash_cells
from transforms.ingest.deduplication import FILE, ROW_NUMBER, ROW_STATUS, SUPERSEDED

ENTITY_ID = "entity_id"
BEFORE, AFTER = "before", "after"
"""What the last of the rows that are replaced said, and what those say that take their place."""
CONVERSIONS_BEFORE, CONVERSIONS_AFTER = "conversions before", "conversions after"
IS_BEFORE = "is of the last file that is replaced"
AGAIN = "again"
"""What rows say that say what others do."""
AMOUNT_OF: dict[type[Table], str] = {
    AdStats: AdStats.spend,
    AdBreakdowns: AdBreakdowns.spend,
    AdConversions: AdConversions.conversions_value,
}
"""Table -> the money of its rows."""
EXACT = pl.Decimal(38, 6)


def restated_unit(table: type[Table]) -> list[pl.Expr]:
    """What a later file says anew as a whole: an entity of a level on a day, of one kind.

    The account is part of it, since the ids of sources that have names alone are unique in their
    account only.
    """
    known = columns(table)
    level = pl.col(AdStats.level) if AdStats.level in known else finest_level()
    entity = pl.coalesce(pl.when(level == of).then(pl.col(id_)) for of, id_ in ID_OF_LEVEL.items())
    kind = [pl.col(AdBreakdowns.kind)] if AdBreakdowns.kind in known else []
    return [
        pl.col(AdStats.org_id),
        pl.col(AdStats.date_day),
        pl.col(AdStats.platform),
        pl.col(AdStats.account_id),
        level.alias(AdStats.level),
        entity.alias(ENTITY_ID),
        *kind,
    ]


def judge_restated(candidates: pl.LazyFrame, table: type[Table]) -> pl.LazyFrame:
    """Say which rows of a feed's files later files replace.

    Args:
        candidates: Rows of one feed's files whose unit may stand in several: the table's columns,
            `file` and `row_number`.

    Returns:
        The rows whose unit stands in several files, with their `row_status`: `superseded`, or null
        for those of the file whose path sorts last.
    """
    unit = restated_unit(table)
    last, first = pl.col(FILE).max().over(unit), pl.col(FILE).min().over(unit)
    status = pl.when(pl.col(FILE) < last).then(pl.lit(SUPERSEDED))
    return candidates.filter(first < last).with_columns(status.alias(ROW_STATUS))


def sum_restated(judged: pl.LazyFrame, table: type[Table]) -> pl.LazyFrame:
    """What counted until the newest file came, and what counts since.

    Of a day that stands in thirty files, the one before the last says what counted before: all
    that was replaced in turn never counted at once.

    Args:
        judged: `judge_restated`.

    Returns:
        One row per organization, day and currency: money `before` and `after` in that currency, and
        the conversions of both; null currency where the rows have none.
    """
    amount, conversions = (
        pl.col(name).cast(EXACT) for name in (AMOUNT_OF[table], AdStats.conversions)
    )
    is_replaced = pl.col(ROW_STATUS).is_not_null()
    last_replaced = pl.col(FILE).filter(is_replaced).max().over(restated_unit(table))
    return (
        judged.with_columns((pl.col(FILE) == last_replaced).alias(IS_BEFORE))
        .group_by(_price_by(table))
        .agg(
            amount.filter(IS_BEFORE).sum().alias(BEFORE),
            amount.filter(~is_replaced).sum().alias(AFTER),
            _sum_given(conversions.filter(IS_BEFORE)).alias(CONVERSIONS_BEFORE),
            _sum_given(conversions.filter(~is_replaced)).alias(CONVERSIONS_AFTER),
        )
        .sort(AdStats.org_id, AdStats.date_day, AdStats.currency)
    )


def _sum_given(values: pl.Expr) -> pl.Expr:
    """The sum of values; null where there is none."""
    return pl.when(values.count() > 0).then(values.sum())


def sum_again(rows: pl.LazyFrame, table: type[Table]) -> pl.LazyFrame:
    """What rows bring that say, cell by cell, what another one of their file says.

    Args:
        rows: The table's columns and `file`.

    Returns:
        One row per organization, day and currency: money `again` in that currency.
    """
    amount = pl.col(AMOUNT_OF[table]).cast(EXACT).alias(AGAIN)
    cells = hash_cells(map(pl.col, (FILE, *columns(table))))
    return (
        rows.filter(~cells.is_first_distinct())
        .group_by(_price_by(table))
        .agg(amount.sum())
        .sort(AdStats.org_id, AdStats.date_day, AdStats.currency)
    )


def _price_by(table: type[Table]) -> list[pl.Expr]:
    """What decides the rate of an amount; the currency is null where the rows have none."""
    has_currency = AdStats.currency in columns(table)
    currency = pl.col(AdStats.currency) if has_currency else pl.lit(None, pl.String)
    return [pl.col(AdStats.org_id, AdStats.date_day), currency.alias(AdStats.currency)]


def list_superseded(judged: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that do not count: `file`, `row_number`, `row_status`."""
    replaced = judged.filter(pl.col(ROW_STATUS).is_not_null())
    return replaced.select(FILE, ROW_NUMBER, ROW_STATUS)
