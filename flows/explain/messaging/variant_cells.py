"""Figures of variants, each against the first of its dispatch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.reports.messaging import MessageReport, VariantReport
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import Explanation, Operand, explain_quotient, merge_left_out
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.messaging.send_scopes import SendScope
from transforms.common.proportions import compare_proportions
from transforms.reports.variants import COMPARED, list_variants

COUNTS_OF_VARIANTS = (VariantReport.sends, VariantReport.delivered)
RATE = "rate"
COMPARISONS = {
    "difference": "{count} / delivered of the variant, less that of the dispatch's first variant",
    "low": "the low end of the 95 % interval of the difference of {count} / delivered between the "
    "variant and the dispatch's first: the difference less the root of the summed squares of the "
    "distances from the variant's rate to the low end of its Wilson interval and from the first's "
    "to its high end (Newcombe 1998, method 10)",
    "high": "the high end of the 95 % interval of the difference of {count} / delivered between "
    "the variant and the dispatch's first: the difference and the root of the summed squares of "
    "the distances from the variant's rate to the high end of its Wilson interval and from the "
    "first's to its low end (Newcombe 1998, method 10)",
    "p_value": "two-sided score test that {count} / delivered is equal in the variant and in the "
    "dispatch's first: the difference over the root of p (1 - p) (1 / delivered + 1 / delivered of "
    "the first), p being the rate of both together, against the normal distribution",
}
"""What a column that compares says, in the order of `compare_proportions`."""


@dataclass(frozen=True)
class VariantCells:
    """Explains the channels' `variant_report`."""

    sends: SendFigures

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be: from the message's own figures, and the first variant's."""
        variants = self._list_variants(cell)
        own = next(
            one
            for one in variants
            if one[VariantReport.message_id] == cell.row[VariantReport.message_id]
        )
        if cell.column in COUNTS_OF_VARIANTS:
            return self.sends.explain(_scope(cell, own), cell.column, own)
        prefix, _, kind = cell.column.partition("_")
        count = COMPARED[prefix]
        parts = self._make_operands(cell, own, count)
        if kind == RATE:
            return explain_quotient(parts, self._list_left_out(cell, [own], count))
        words = COMPARISONS[kind].format(count=count)
        if own is variants[0]:
            return Explanation(f"nothing: it is the first variant itself. {words}", operands=parts)
        first = tuple(
            Operand(f"{part.name} of the first variant", part.value, part.rows)
            for part in self._make_operands(cell, variants[0], count)
        )
        values = [pl.lit(part.value, pl.Int64) for part in (*parts, *first)]
        compared = compare_proportions(*values)[list(COMPARISONS).index(kind)]
        return Explanation(
            words,
            operands=(*parts, *first),
            excluded=self._list_left_out(cell, [own, variants[0]], count),
            expected=pl.select(compared).to_series().item(),
        )

    def _list_left_out(
        self, cell: AskedCell, variants: list[dict[str, Any]], count: str
    ) -> pl.DataFrame:
        return merge_left_out(
            self.sends.list_left_out(_scope(cell, of), name)
            for of in variants
            for name in (count, VariantReport.delivered)
        )

    def _make_operands(
        self, cell: AskedCell, of: Mapping[str, Any], count: str
    ) -> tuple[Operand, Operand]:
        scope = _scope(cell, of)
        upper, lower = (
            self.sends.make_operand(scope, name, of) for name in (count, VariantReport.delivered)
        )
        return upper, lower

    def _list_variants(self, cell: AskedCell) -> list[dict[str, Any]]:
        """The messages of a cell's dispatch, as the message report has them, the first first."""
        messages = self.sends.run.scan(cell.group, "message_report")
        if messages is None:
            return [dict(cell.row)]
        of_dispatch = have_values_of(cell.row, (VariantReport.org_id, VariantReport.dispatch_id))
        return list_variants(messages.filter(*of_dispatch)).collect().to_dicts()


def _scope(cell: AskedCell, of: Mapping[str, Any]) -> SendScope:
    ids = (MessageReport.org_id, MessageReport.message_id)
    return SendScope({name: of[name] for name in ids}, [cell.group])
