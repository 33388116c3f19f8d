"""Counts, rates, costs and orders of sends: one rule a column, whichever report they stand in."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import polars as pl

from contracts.columns import columns
from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.send_counts import Counts
from contracts.facts.send_sums import MessageRows
from contracts.feeds import Messages
from contracts.reports.messaging import Conversions, Cost
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.explanation import NOTHING, Explanation, Operand, divide, merge_rows
from flows.explain.messaging.message_exclusions import list_left_out
from flows.explain.messaging.send_scopes import SendScope
from flows.explain.messaging.unit_facts import UNIT, UnitBuilder, UnitFacts
from flows.explain.published_run import PublishedRun
from transforms.common.rates import CONVERSION_FORMULAS, FORMULAS
from transforms.explain.row_places import ROW_PLACE, TABLE, pack_place, state_rows
from transforms.explain.send_rows import (
    EVERY,
    UNIQUE,
    choose_carriers,
    list_passed_over,
    word_reason,
)
from transforms.ingest.deduplication import FILE

COUNTED = columns(Counts)
RATES = {**FORMULAS, **CONVERSION_FORMULAS}
ORG = DescribedMessages.org_id
COST, ORDERS, REVENUE = Cost.cost, Conversions.orders, Conversions.revenue
FIGURES = {*COUNTED, *RATES, COST, ORDERS, REVENUE}
"""The columns that every report of sends has in common."""


class SendFigures:
    """Explains the figures of a run's sends."""

    def __init__(self, run: PublishedRun, orders: OrderRows) -> None:
        """Explain the figures of a run."""
        self.run = run
        self.orders = orders

    @cached_property
    def facts(self) -> UnitFacts:
        """Every send and event of the run."""
        return UnitBuilder(self.run).build()

    def explain(self, scope: SendScope, column: str, row: Mapping[str, object]) -> Explanation:
        """How a figure of some sends came to be.

        Args:
            scope: The sends.
            column: One of `FIGURES`.
            row: The row of the report that it stands in, with the figures that it is made from.
        """
        if column in RATES:
            parts = [self.make_operand(scope, name, row) for name in RATES[column]]
            return explain_quotient(*parts)
        words = WORDS.get(column, f"the number of {column}")
        rows = self.list_rows(scope, column, row[column])
        return Explanation(words, rows, (), self.list_left_out(scope, column))

    def make_operand(self, scope: SendScope, name: str, row: Mapping[str, object]) -> Operand:
        """A figure of some sends that another one is made from, with its rows."""
        return Operand(name, row[name], self.list_rows(scope, name, row[name]))

    def list_rows(self, scope: SendScope, column: str, value: object) -> pl.DataFrame:
        """The raw rows that a count, a cost or an amount of some sends comes from.

        Args:
            scope: The sends.
            column: One of `FIGURES`, but no rate.
            value: The figure; null where no feed could give it.
        """
        if value is None:
            return NOTHING
        if column in COUNTED:
            facts = self.facts.events if column in EVERY else self.facts.sends
            return self.state_counts(facts.filter(*scope.are_sends()), column)
        if column == COST:
            return self.state_costs(self.find_messages(scope), scope.channels or (), scope.day)
        if scope.contact is not None:
            org_id, (channel, *_) = str(scope.of_messages[ORG]), scope.channels or ("",)
            return self.orders.of_contacts(org_id, scope.contact, channel, column)
        messages = self.find_messages(scope).select(
            DescribedMessages.org_id, DescribedMessages.message_id
        )
        return self.orders.of_messages(messages, scope.channels or (), column, scope.day)

    def find_messages(self, scope: SendScope) -> pl.DataFrame:
        """The `DescribedMessages` of some sends."""
        return self.facts.messages.filter(*scope.are_messages())

    def list_left_out(self, scope: SendScope, column: str) -> pl.DataFrame:
        """Raw rows of the same messages, contacts and day that do not count, and why."""
        if column not in COUNTED or scope.contact is not None:
            return Explanation("").excluded
        return list_left_out(
            self.run, self.find_messages(scope), scope, self._pass_over(scope, column)
        )

    def state_counts(self, sums: pl.DataFrame, column: str) -> pl.DataFrame:
        """The rows of feeds that carry what a column of `Counts` counts.

        Args:
            sums: Rows of the facts' `sends`, of opens and clicks those of their `events`.
            column: The column.
        """
        own = sums.lazy().filter(pl.col(column) > 0)
        if column in EVERY:
            counted = own.select(ROW_PLACE, pl.col(column).alias("times"))
            known = self.facts.rows.lazy().filter(pl.col(TABLE) == "events")
            rows = counted.join(known, on=ROW_PLACE, how="inner", validate="1:1")
            stated = state_rows(rows, "events", pl.col("times"), word_reason(column))
            return merge_rows(stated.collect())
        units = own.select(UNIT).unique()
        chosen = choose_carriers(self.facts.rows.lazy().join(units, on=UNIT, how="semi"), column)
        parts = [
            state_rows(chosen.filter(pl.col(TABLE) == table), table, pl.lit(1), word_reason(column))
            for table in ("sends", "events")
        ]
        return merge_rows(pl.concat(parts).collect())

    def _pass_over(self, scope: SendScope, column: str) -> pl.DataFrame:
        """The events that a count of sends does not count."""
        if column not in UNIQUE:
            return Explanation("").excluded
        units = self.facts.sends.filter(*scope.are_sends()).select(UNIT).unique().lazy()
        own = self.facts.rows.lazy().join(units, on=UNIT, how="semi")
        passed = list_passed_over(own, column).collect()
        if not scope.day:
            return passed
        day = self.facts.events.filter(*scope.are_sends())
        return passed.join(day.select(ROW_PLACE), on=ROW_PLACE, how="semi")

    def state_costs(
        self, messages: pl.DataFrame, channels: Sequence[str], day: Mapping[str, object]
    ) -> pl.DataFrame:
        """What messages of some channels cost; each on the first day of its sending.

        Args:
            messages: Of `DescribedMessages`.
            channels: Their channels.
            day: That day, where it is asked for.
        """
        if not self.run.catalog.has_rows("messages"):
            return NOTHING
        of_channel = pl.col(DescribedMessages.channel).is_in(list(channels))
        own = messages.filter(pl.col(MessageRows.cost).is_not_null(), of_channel)
        for name, value in day.items():
            by = [MessageRows.message_key, DescribedMessages.channel]
            sent = self.facts.sends.filter(pl.col(Counts.sends) > 0)
            first = sent.group_by(by).agg(pl.col(name).min())
            own = own.join(first, on=by, how="left", validate="1:1").filter(
                pl.col(name).eq_missing(pl.lit(value, pl.Date))
            )
        ids = [Messages.org_id, Messages.message_id]
        numbered = self.run.catalog.scan_numbered("messages").select(*ids, pack_place(pl.col(FILE)))
        costs = own.lazy().select(*ids, COST).join(numbered, on=ids, how="inner", validate="1:1")
        because = pl.lit("the message's cost, in the reporting currency")
        return merge_rows(state_rows(costs, "messages", pl.col(COST), because).collect())


def explain_quotient(upper: Operand, lower: Operand) -> Explanation:
    """How a rate came to be from what it divides."""
    return Explanation(
        f"{upper.name} / {lower.name}",
        operands=(upper, lower),
        expected=divide(upper.value, lower.value),
    )


WORDS = {
    COST: "the sum of the messages' costs, in the reporting currency",
    ORDERS: "the number of orders whose last touch is a message of this row; refunds count none",
    REVENUE: "the sum of the revenue of orders whose last touch is a message of this row",
    Counts.sends: "the number of sends, hold-outs apart",
    Counts.holdout: "the number of contacts held out: never sent",
    **dict.fromkeys(UNIQUE, "the number of sends with at least one such event, on the first's day"),
    **dict.fromkeys(EVERY, "the number of such events, machines' included"),
}
"""What a column counts, in words."""
