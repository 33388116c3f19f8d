"""Counts, rates, costs and orders of sends: one rule a column, whichever report they stand in."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.columns import Held, columns
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import CountedEvents
from contracts.facts.messaging.send_sums import MessageRows
from contracts.feeds import Messages
from contracts.reports.messaging import Conversions, Cost
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.cells import have_values_of
from flows.explain.explanation import (
    LEFT_OUT,
    NOTHING,
    NOTHING_LEFT_OUT,
    Explanation,
    Operand,
    count_rows,
    explain_quotient,
    leave_out,
    merge_left_out,
)
from flows.explain.messaging.message_exclusions import MessageExclusions
from flows.explain.messaging.missed_orders import MESSAGE, list_missed_orders
from flows.explain.messaging.scoped_facts import ScopedFacts
from flows.explain.messaging.send_scopes import DAY, SendScope
from flows.explain.messaging.unit_facts import UNIT, UnitFacts
from flows.explain.narrowed_tables import scan_placed
from flows.explain.published_run import PublishedRun
from transforms.common.calendar import reporting_day
from transforms.common.rates import CONVERSION_FORMULAS, FORMULAS
from transforms.explain.row_places import ROW_PLACE, TABLE
from transforms.explain.send_rows import (
    HELD_OUT,
    STATE,
    UNIQUE,
    choose_carriers,
    list_passed_over,
    word_reason,
)
from transforms.messaging.daily_sums import EVERY_TIME

COUNTED = columns(Counts)
RATES = {**FORMULAS, **CONVERSION_FORMULAS}
COST, ORDERS, REVENUE = Cost.cost, Conversions.orders, Conversions.revenue


class SendFigures:
    """Explains the figures of a run's sends."""

    def __init__(self, run: PublishedRun, orders: OrderRows) -> None:
        """Explain the figures of a run."""
        self.run = run
        self.orders = orders
        self.exclusions = MessageExclusions(run)
        self.facts = ScopedFacts(run)

    @property
    def messages(self) -> Held[DescribedMessages]:
        """Every message of the run."""
        return self.run.names.messages

    def explain(self, scope: SendScope, column: str, row: Mapping[str, object]) -> Explanation:
        """How a figure of some sends came to be.

        Args:
            column: A count, a rate, cost, orders or revenue.
            row: The row of the report that it stands in, with the figures that it is made from.
        """
        found = self._explain(scope, column, row)
        if found.find_problem(row[column]) and self.facts.widen(scope):
            found = self._explain(scope, column, row)
        return found

    def _explain(self, scope: SendScope, column: str, row: Mapping[str, object]) -> Explanation:
        if column in RATES:
            parts = [self.make_operand(scope, name, row) for name in RATES[column]]
            left = merge_left_out(self.list_left_out(scope, name) for name in RATES[column])
            return explain_quotient(parts, left)
        words = WORDS.get(column, f"the number of {column}")
        rows = self.list_rows(scope, column, row[column])
        return Explanation(words, rows, excluded=self.list_left_out(scope, column))

    def make_operand(self, scope: SendScope, name: str, row: Mapping[str, object]) -> Operand:
        """A figure of some sends that another one is made from, with its rows."""
        return Operand(name, row[name], self.list_rows(scope, name, row[name]))

    def list_rows(self, scope: SendScope, column: str, value: object) -> pl.DataFrame:
        """The raw rows that a count, a cost or an amount of some sends comes from.

        Args:
            column: A count, cost, orders or revenue.
            value: The figure; null where no feed could give it.
        """
        if value is None:
            return NOTHING
        if column in COUNTED:
            facts = self.facts.of(scope)
            own = facts.events if column in EVERY_TIME else facts.sends
            return self.state_counts(facts, own.filter(*scope.are_sends()), column)
        if column == COST:
            return self.state_costs(self.find_messages(scope), scope.channels or (), scope.day)
        if scope.contact is not None:
            return self.orders.of_contacts(*scope.of_one_channel(), column)
        messages = self.find_messages(scope).select(MESSAGE)
        return self.orders.of_messages(messages, scope.channels or (), column, scope.day)

    def find_messages(self, scope: SendScope) -> pl.DataFrame:
        """The `DescribedMessages` of some sends."""
        return self.messages.filter(*scope.are_messages())

    def list_left_out(self, scope: SendScope, column: str) -> pl.DataFrame:
        """Raw rows of the same messages, contacts and day that do not count, and why."""
        messages = self.find_messages(scope).filter(*scope.are_of_channels())
        if column in COUNTED:
            parts = [
                self._pass_over(scope, column),
                self.exclusions.list_uncounted(messages, scope, column),
            ]
        elif column == COST:
            parts = [
                self._list_other_days(messages, scope),
                self.exclusions.list_versions(messages, scope),
            ]
        else:
            parts = self._list_other_orders(messages, scope)
        return merge_left_out(parts)

    def _pass_over(self, scope: SendScope, column: str) -> pl.DataFrame:
        """The rows of the scope's sends that say what a column counts and are not counted."""
        facts = self.facts.of(scope)
        sends = facts.sends.filter(*scope.are_sends(with_day=False)).lazy()
        own = facts.sends.filter(*scope.are_sends()).lazy()
        rows = facts.rows.lazy().join(sends.select(UNIT).unique(), on=UNIT, how="semi")
        counted = own.filter(pl.col(column) > 0)
        passed = list_passed_over(rows, column, counted, _name_states(sends))
        if scope.day:
            (day,) = scope.day.values()
            zone = self.run.timezone
            is_of_day = reporting_day(pl.col(CountedEvents.occurred_at), zone).eq_missing(day)
            on_day = own.filter(pl.any_horizontal(pl.col(Counts.sends, Counts.holdout) > 0))
            is_row = pl.col(CountedEvents.action_code).is_null()
            passed = pl.concat(
                [
                    passed.filter(~is_row, is_of_day),
                    passed.filter(is_row).join(on_day.select(UNIT), on=UNIT, how="semi"),
                ]
            )
        return passed.select(list(LEFT_OUT)).cast(dict(LEFT_OUT)).collect()

    def _list_other_days(self, messages: pl.DataFrame, scope: SendScope) -> pl.DataFrame:
        """Assets whose cost stands on another day than the scope's."""
        if not scope.day:
            return NOTHING_LEFT_OUT
        (day,) = scope.day.values()
        why = pl.format("its cost stands on the first day of its sending, {}", DAY)
        is_other = pl.col(DAY).ne_missing(pl.lit(day, pl.Date)) & pl.col(DAY).is_not_null()
        return leave_out(self._date_costs(messages).filter(is_other), "messages", why)

    def _list_other_orders(self, messages: pl.DataFrame, scope: SendScope) -> list[pl.DataFrame]:
        """Orders after a message of the scope that another touch has, or none."""
        if self.run.scan("attribution", "order_touches") is None:
            return []
        if scope.contact is not None:
            touched = self.orders.find_touched_of(*scope.of_one_channel())
            return [self.orders.leave_out_touched(touched, scope.day)]
        ids, channels = messages.select(MESSAGE), scope.channels or ()
        touched = self.orders.find_touched(ids, channels)
        return [
            self.orders.leave_out_touched(touched, scope.day),
            list_missed_orders(self.orders, ids, channels, scope.day),
        ]

    @staticmethod
    def state_counts(facts: UnitFacts, sums: pl.DataFrame, column: str) -> pl.DataFrame:
        """The rows of feeds that carry what a column of `Counts` counts.

        Args:
            sums: Rows of the facts' `sends`, of opens and clicks those of their `events`.
        """
        own = sums.lazy().filter(pl.col(column) > 0)
        if column in EVERY_TIME:
            counted = own.select(ROW_PLACE, pl.col(column).alias("times"))
            known = facts.rows.lazy().filter(pl.col(TABLE) == "events")
            rows = counted.join(known, on=ROW_PLACE, how="inner", validate="1:1")
            return count_rows(rows, "events", pl.col("times"), word_reason(column))
        units = own.select(UNIT).unique()
        chosen = choose_carriers(facts.rows.lazy().join(units, on=UNIT, how="semi"), column)
        return count_rows(chosen, pl.col(TABLE), pl.lit(1), word_reason(column))

    def state_costs(
        self, messages: Held[DescribedMessages], channels: Sequence[str], day: Mapping[str, object]
    ) -> pl.DataFrame:
        """What messages of some channels cost; each on the first day of its sending.

        Args:
            day: That day, where it is asked for.
        """
        of_channel = pl.col(DescribedMessages.channel).is_in(list(channels))
        costs = self._date_costs(messages.filter(of_channel))
        own = costs.filter(*have_values_of(day, day, pl.Date))
        because = pl.lit("the message's cost, in the reporting currency")
        return count_rows(own, "messages", pl.col(COST), because)

    def _date_costs(self, messages: pl.DataFrame) -> pl.LazyFrame:
        """The messages that cost something, with `row_place` and the first day of their sending."""
        first = self._scan_first_days(messages.get_column(DescribedMessages.channel).unique())
        ids = [Messages.org_id, Messages.message_id]
        numbered = scan_placed(self.run.catalog, "messages").select(*ids, ROW_PLACE)
        return (
            messages.lazy()
            .filter(pl.col(MessageRows.cost).is_not_null())
            .join(first, on=[*ids, DescribedMessages.channel], how="left", validate="1:1")
            .select(*ids, COST, DAY)
            .join(numbered, on=ids, how="inner", validate="1:1")
        )

    def _scan_first_days(self, channels: pl.Series) -> pl.LazyFrame:
        """The first day on which each message of some channels was sent, as published."""
        sent = pl.col(Counts.sends) > 0
        days = [
            daily.filter(sent)
            .group_by(Messages.org_id, Messages.message_id)
            .agg(pl.col(DAY).min())
            .with_columns(pl.lit(channel).alias(DescribedMessages.channel))
            for channel in channels.sort()
            if (daily := self.run.scan(channel, "daily_report")) is not None
        ]
        text = dict.fromkeys((Messages.org_id, Messages.message_id), pl.String)
        nothing = pl.LazyFrame(schema={**text, DAY: pl.Date, DescribedMessages.channel: pl.String})
        return pl.concat([nothing, *days])


def _name_states(sends: pl.LazyFrame) -> pl.LazyFrame:
    """One row per send: `unit_key` and `state`, its final status or that it was held out.

    Args:
        sends: Of `UnitFacts.sends`.
    """
    statuses = [Counts.queued, Counts.sent, Counts.delivered, Counts.bounced, Counts.failed]
    sums = sends.group_by(UNIT).agg(pl.col(*statuses, Counts.holdout).sum())
    state = pl.when(pl.col(Counts.holdout) > 0).then(pl.lit(HELD_OUT))
    for status in statuses:
        state = state.when(pl.col(status) > 0).then(pl.lit(status))
    return sums.select(UNIT, state.otherwise(pl.lit("not counted")).alias(STATE))


WORDS = {
    COST: "the sum of the messages' costs, in the reporting currency",
    ORDERS: "the number of orders whose last touch is a message of this row; refunds count none",
    REVENUE: "the sum of the revenue of orders whose last touch is a message of this row",
    Counts.sends: "the number of sends, hold-outs apart",
    Counts.holdout: "the number of contacts held out: never sent",
    **dict.fromkeys(UNIQUE, "the number of sends with at least one such event, on the first's day"),
    **dict.fromkeys(EVERY_TIME, "the number of such events, machines' included"),
}
"""What a column counts, in words."""
