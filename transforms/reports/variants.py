"""The variants of a dispatch, compared with its first (SPEC §6.1)."""

import polars as pl

from contracts.columns import Rows
from contracts.reports.messaging import MessageReport, VariantReport
from transforms.common.proportions import compare_proportions
from transforms.common.rates import divide
from transforms.reports.messaging import finish

DISPATCH = [VariantReport.org_id, VariantReport.dispatch_id]
COMPARED = {
    "open": MessageReport.human_unique_opens,
    "click": MessageReport.human_unique_clicks,
    "conversion": MessageReport.orders,
}
"""Prefix of the columns of a comparison -> what is counted of the delivered sends."""
OF_FIRST = "{} of first"


def list_variants(messages: Rows[MessageReport]) -> pl.LazyFrame:
    """The messages of the dispatches that have several, each dispatch's first variant first.

    Messages of no dispatch have nothing in common that would make them variants.
    """
    order = [VariantReport.variant, VariantReport.message_id]
    of_dispatches = messages.filter(pl.col(VariantReport.dispatch_id).is_not_null())
    return of_dispatches.filter(pl.len().over(DISPATCH) > 1).sort(
        *DISPATCH, *order, nulls_last=True
    )


def compare_variants(messages: Rows[MessageReport]) -> pl.LazyFrame:
    """One row per message of a dispatch with several.

    Returns:
        `VariantReport`. The first variant of a dispatch, by variant and then by message_id, has
        its rates and no comparison.
    """
    counted = [VariantReport.delivered, *COMPARED.values()]
    several = list_variants(messages)
    firsts = several.group_by(DISPATCH, maintain_order=True).agg(
        pl.col(VariantReport.message_id, *counted).first().name.map(OF_FIRST.format)
    )
    is_first = pl.col(VariantReport.message_id).eq_missing(
        pl.col(OF_FIRST.format(VariantReport.message_id))
    )
    return (
        several.join(firsts, on=DISPATCH, how="inner", validate="m:1")
        .with_columns(
            expression
            for prefix, count in COMPARED.items()
            for expression in _compare(prefix, count, is_first)
        )
        .pipe(finish, VariantReport)
    )


def _compare(prefix: str, count: str, is_first: pl.Expr) -> list[pl.Expr]:
    delivered = VariantReport.delivered
    found = compare_proportions(
        pl.col(count),
        pl.col(delivered),
        pl.col(OF_FIRST.format(count)),
        pl.col(OF_FIRST.format(delivered)),
    )
    names = ("difference", "low", "high", "p_value")
    return [
        divide(count, delivered).alias(f"{prefix}_rate"),
        *(
            pl.when(~is_first).then(one).alias(f"{prefix}_{name}")
            for name, one in zip(names, found, strict=True)
        ),
    ]
