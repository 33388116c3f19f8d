"""Figures of attribution: credits by the models' own rule, and what they add up to."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from contracts.facts.messaging.send_sums import ChannelDays
from contracts.facts.order_facts import PricedOrders, Touches
from contracts.reports.attribution import DIRECT, CampaignAttribution, CreditedTouch, revenue_column
from contracts.vocabulary import Channel
from flows.explain.ads.level_cells import AdCells
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.attribution.touch_rows import TouchRows
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import (
    NOTHING,
    Explanation,
    NotCovered,
    Operand,
    count_rows,
    explain_quotient,
)
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.published_run import PublishedRun
from transforms.attribution.credit_models import (
    COUNT,
    END_NO,
    LAST_AT,
    LAST_NOT_DIRECT,
    POSITION,
    REVENUE,
    add_credits,
)
from transforms.attribution.touches import DIRECT_GROUP
from transforms.explain.row_places import EXACT_COUNTS

SUMS = ("channel_attribution", "campaign_attribution")
C = CampaignAttribution
GRAIN = [C.org_id, C.channel, C.platform, C.campaign_id]
ADS = str(Channel.ADS)
FORMULAS = {
    "first_touch": "1 for the first touch of the order, 0 for the others",
    "last_touch": "1 for the last touch of the order, 0 for the others",
    "last_non_direct": "1 for the last touch that is not direct (else the last), 0 for the others",
    "linear": "1 / touches, to eight places; what is left goes to the earlier touches",
    "position_based": "0.4 for the first and the last touch, 0.2 shared by those between; 0.5 "
    "each of two, 1 for one alone",
    "time_decay": "2 to the power of minus the touch's age before the last touch in half-lives, "
    "as a share of the sum of that over the order's touches",
}
WORDS = {
    COUNT: "the number of touches that led to the order",
    POSITION: "the number of the order's touches up to this one, by time, channel and id",
}
SHARE = "share"


class AttributionCells:
    """Explains `order_touches`, `channel_attribution` and `campaign_attribution`."""

    def __init__(
        self, run: PublishedRun, orders: OrderRows, messages: SendFigures, ads: AdCells
    ) -> None:
        """Explain the figures of a run."""
        self.run = run
        self.orders = orders
        self.touches = TouchRows(run)
        self.messages = messages
        self.ads = ads
        self.rules = run.config.attribution

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: Nothing can be said of the column.
        """
        if cell.name in SUMS:
            return self._explain_sum(cell)
        row, column = cell.row, cell.column
        if column == CreditedTouch.days_to_convert:
            ends = (CreditedTouch.touched_at, CreditedTouch.ordered_at)
            days = (row[ends[1]] - row[ends[0]]) / timedelta(days=1)
            operands = tuple(Operand(name, row[name]) for name in ends)
            return Explanation("ordered_at - touched_at, in days", NOTHING, operands, expected=days)
        if column in (COUNT, POSITION):
            touches = self._touches_of(row)
            left_out = self.touches.list_left_out(touches)
            own = touches.filter(pl.col(POSITION) <= cell.value)
            return Explanation(WORDS[column], self.touches.state(own), excluded=left_out)
        if column in (*self.rules.models, *map(revenue_column, self.rules.models)):
            return self._explain_credit(cell, row)
        raise NotCovered(cell.label, column)

    def _explain_credit(self, cell: AskedCell, row: Mapping[str, Any]) -> Explanation:
        model = cell.column.removeprefix("revenue_")
        touches = self._touches_of(row)
        order = self.orders.find(touches.select(KEY))
        of_order = count_rows(
            order.lazy(),
            "orders",
            pl.col(PricedOrders.revenue),
            pl.lit("the order, in the reporting currency"),
        )
        expected = self._credit_again(touches, order, cell.column, row[POSITION])
        own = touches.filter(pl.col(POSITION) == row[POSITION])
        operands = [
            Operand(POSITION, row[POSITION]),
            Operand(COUNT, row[COUNT], self.touches.state(touches)),
            Operand(CreditedTouch.touched_at, row[CreditedTouch.touched_at]),
            Operand("touch", own.height, self.touches.state(own)),
        ]
        if model == "time_decay":
            operands.append(Operand("half_life_days", self.rules.half_life_days))
            operands.append(Operand("last_touched_at", touches[CreditedTouch.touched_at].max()))
        words = FORMULAS.get(model, model)
        if cell.column != model:
            operands.append(Operand(model, row[model]))
            operands.append(Operand("order_revenue", order[PricedOrders.revenue].sum(), of_order))
            words = f"the order's revenue shared by {model} ({words}), so that shares add up to it"
        return Explanation(words, NOTHING, tuple(operands), expected=expected)

    def _credit_again(
        self, touches: pl.DataFrame, order: pl.DataFrame, column: str, position: int
    ) -> Any:
        """The credit of a touch by the models' own rule, from the order's touches."""
        is_direct = (pl.col(CreditedTouch.channel) == DIRECT_GROUP).fill_null(value=False)
        other = pl.col(POSITION).filter(~is_direct).max()
        ranked = touches.lazy().select(
            POSITION,
            COUNT,
            pl.col(CreditedTouch.touched_at).alias(Touches.touched_at),
            pl.col(CreditedTouch.touched_at).max().alias(LAST_AT),
            pl.coalesce(other, COUNT).alias(LAST_NOT_DIRECT),
            pl.lit(0, pl.UInt32).alias(END_NO),
            pl.lit(order[PricedOrders.revenue].sum(), pl.Decimal(18, 4)).alias(REVENUE),
        )
        credited = add_credits(ranked, self.rules.models, self.rules.half_life_days)
        return credited.filter(pl.col(POSITION) == position).select(column).collect().item()

    def _touches_of(self, row: Mapping[str, Any]) -> pl.DataFrame:
        is_own = [pl.col(name) == row[name] for name in KEY]
        return self.orders.touches.filter(*is_own).collect().sort(POSITION)

    def _explain_sum(self, cell: AskedCell) -> Explanation:
        if cell.column == C.roas:
            parts = (
                Operand(C.revenue, cell.row[C.revenue], self._list_credits(cell, C.revenue)),
                Operand(C.cost, cell.row[C.cost], self._list_costs(cell)),
            )
            return explain_quotient(parts, self._leave_out_orders(cell))
        if cell.column == C.cost:
            return Explanation("ad spend and message cost of the day", self._list_costs(cell))
        if cell.column not in (C.credited_orders, C.revenue):
            raise NotCovered(cell.label, cell.column)
        words = f"the sum of what {cell.row[C.model]} credits to the touches of this row"
        if cell.row[C.channel] == DIRECT:
            words = "the orders of the day that no touch led to"
        rows, left_out = self._list_credits(cell, cell.column), self._leave_out_orders(cell)
        return Explanation(words, rows, excluded=left_out)

    def _list_credits(self, cell: AskedCell, column: str) -> pl.DataFrame:
        """The orders of a day, each with what it gives to the row's channel or campaign."""
        row, model = cell.row, cell.row[C.model]
        day = self.orders.find_of_day(row[C.org_id], row[C.date_day])
        orders = day.filter(pl.col(PricedOrders.is_conversion))
        is_refund = pl.col(PricedOrders.is_refund)
        touches = self.orders.touches.join(orders.lazy().select(KEY), on=KEY, how="semi").collect()
        name = revenue_column(model) if column == C.revenue else model
        touched = touches.filter(*have_values_of(row, [name for name in GRAIN if name in row]))
        shares = touched.group_by(KEY).agg(pl.col(name).sum().cast(EXACT_COUNTS).alias(SHARE))
        parts = [orders.join(shares, on=KEY, how="inner", validate="1:1")]
        if row[C.channel] == DIRECT and row.get(C.campaign_id) is None:
            whole = pl.col(PricedOrders.revenue) if column == C.revenue else pl.lit(1)
            untouched = orders.join(touches, on=KEY, how="anti")
            parts.append(untouched.with_columns(whole.cast(EXACT_COUNTS).alias(SHARE)))
        counts = pl.col(SHARE)
        if column == C.credited_orders:
            counts = pl.when(is_refund).then(pl.lit(0)).otherwise(counts)
        because = (
            pl.when(is_refund)
            .then(pl.lit("a row that takes an order back, by that order's touches"))
            .otherwise(pl.lit(f"an order of the day, by its touches under {model}"))
        )
        return count_rows(pl.concat(parts).lazy(), "orders", counts, because)

    def _leave_out_orders(self, cell: AskedCell) -> pl.DataFrame:
        """Orders of the day that bring nothing, and rows of its orders that others replace."""
        day = self.orders.find_of_day(cell.row[C.org_id], cell.row[C.date_day])
        return self.orders.list_left_out(day)

    def _list_costs(self, cell: AskedCell) -> pl.DataFrame:
        row = cell.row
        if row[C.cost] is None:
            return NOTHING
        if row[C.channel] == ADS and self.run.catalog.has_rows("ad_stats"):
            return self.ads.list_spend(row, [n for n in GRAIN if n in row and n != C.channel])
        if row.get(C.platform) is not None:
            return NOTHING
        known = [name for name in (C.org_id, C.channel, C.campaign_id) if name in row]
        messages = self.messages.messages.filter(*have_values_of(row, known))
        day = {ChannelDays.date_day: row[C.date_day]}
        return self.messages.state_costs(messages, [row[C.channel]], day)
