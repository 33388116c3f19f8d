"""Figures about sends and messages, by the facts of every send."""

from collections.abc import Mapping
from functools import cached_property

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import columns, key
from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.send_counts import Counts
from contracts.facts.send_keys import ContactDomains
from contracts.facts.send_sums import ChannelDays, MessageRows
from contracts.feeds import Messages
from contracts.reports.messaging import Conversions, Cost
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import Explanation, NotCovered, Operand, add_up, divide, merge_rows
from flows.explain.messaging.message_exclusions import list_left_out
from flows.explain.messaging.unit_facts import NAMES, UNIT, UnitBuilder, UnitFacts
from flows.explain.published_run import PublishedRun
from flows.report_tables import FIXED_GROUPS, find_table
from flows.steps.messaging.described_messages import find_channels
from transforms.common.rates import CONVERSION_FORMULAS, FORMULAS
from transforms.explain.row_places import (
    ROW_PLACE,
    TABLE,
    pack_place,
    state_rows,
)
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
DOMAINS, VARIANTS = "domain_report", "variant_report"
TABLES = (
    "campaign_report",
    "dispatch_report",
    "message_report",
    "daily_report",
    "channel_report",
    DOMAINS,
    VARIANTS,
)
RATES_OF_VARIANTS = {
    "open_rate": (Counts.human_unique_opens, Counts.delivered),
    "click_rate": (Counts.human_unique_clicks, Counts.delivered),
    "conversion_rate": (Conversions.orders, Counts.delivered),
}
NO_DOMAIN = "(none)"
OVERVIEWS = ("hierarchy_report", "delivery_summary")
SEVERAL = "several"
DAY = ChannelDays.date_day
COST, ORDERS, REVENUE = Cost.cost, Conversions.orders, Conversions.revenue


class MessageCells:
    """Explains the figures of the message channels' reports, and those over all channels."""

    def __init__(self, run: PublishedRun, orders: OrderRows) -> None:
        """Explain the figures of a run."""
        self.run = run
        self.orders = orders

    def covers(self, cell: AskedCell) -> bool:
        """Whether a cell's table is one of these."""
        if cell.group == "campaigns":
            return cell.name in OVERVIEWS
        return cell.name in TABLES and cell.group not in FIXED_GROUPS

    @cached_property
    def facts(self) -> UnitFacts:
        """Every send and event of the run."""
        return UnitBuilder(self.run).build()

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: Nothing can be said of the column.
        """
        column = cell.column
        rates = RATES_OF_VARIANTS if cell.name == VARIANTS else RATES
        if column in rates:
            upper, lower = (self._make_operand(cell, name) for name in rates[column])
            return Explanation(
                f"{upper.name} / {lower.name}",
                operands=(upper, lower),
                expected=divide(upper.value, lower.value),
            )
        rows = self._list_rows(cell, column)
        excluded = (
            list_left_out(self.run, self._find_messages(cell), cell, self._pass_over(cell))
            if column in COUNTED and cell.name != DOMAINS
            else Explanation("").excluded
        )
        return Explanation(_WORDS.get(column, f"the number of {column}"), rows, (), excluded)

    def _make_operand(self, cell: AskedCell, name: str) -> Operand:
        rows = self._list_rows(cell, name)
        return Operand(name, cell.row[name] if name in cell.row else int(add_up(rows)), rows)

    def _list_rows(self, cell: AskedCell, column: str) -> pl.DataFrame:
        if column in COUNTED:
            facts = self.facts.events if column in EVERY else self.facts.sends
            return self.state_counts(self._restrict(facts, cell), column)
        if column == COST:
            return self._list_costs(cell)
        if column in (ORDERS, REVENUE):
            if column in cell.row and cell.row[column] is None:
                return Explanation("").rows
            if cell.name == DOMAINS:
                is_of = self._is_of_domain(cell.row["domain"])
                return self.orders.of_contacts(cell.row[NAMES[0]], is_of, cell.group, column)
            messages = self._find_messages(cell).select(
                DescribedMessages.org_id, DescribedMessages.message_id
            )
            day = {DAY: cell.row[DAY]} if self._is_by_day(cell) else {}
            return self.orders.of_messages(messages, self._channels(cell), column, day)
        raise NotCovered(cell.label, column)

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

    def _pass_over(self, cell: AskedCell) -> pl.DataFrame:
        """The events that a count of sends does not count."""
        if cell.column not in UNIQUE:
            return Explanation("").excluded
        day = self._restrict(self.facts.events, cell)
        names = self._restrict(self.facts.sends, cell).select(UNIT).unique().lazy()
        own = self.facts.rows.lazy().join(names, on=UNIT, how="semi")
        passed = list_passed_over(own, cell.column).collect()
        if not self._is_by_day(cell):
            return passed
        return passed.join(day.select(ROW_PLACE), on=ROW_PLACE, how="semi")

    def _list_costs(self, cell: AskedCell) -> pl.DataFrame:
        if cell.row[COST] is None:
            return Explanation("").rows
        day = {DAY: cell.row[DAY]} if self._is_by_day(cell) else {}
        return self.state_costs(self._find_messages(cell), self._channels(cell), day)

    def state_costs(
        self, messages: pl.DataFrame, channels: list[str], day: Mapping[str, object]
    ) -> pl.DataFrame:
        """What messages of some channels cost; each on the first day of its sending.

        Args:
            messages: Of `DescribedMessages`.
            channels: Their channels.
            day: That day, where it is asked for.
        """
        if not self.run.catalog.has_rows("messages"):
            return Explanation("").rows
        of_channel = pl.col(DescribedMessages.channel).is_in(channels)
        own = messages.filter(pl.col(MessageRows.cost).is_not_null(), of_channel)
        for name, value in day.items():
            sent = self.facts.sends.filter(pl.col(Counts.sends) > 0, of_channel)
            first = sent.group_by(MessageRows.message_key).agg(pl.col(name).min())
            own = own.join(first, on=MessageRows.message_key, how="left").filter(
                pl.col(name).eq_missing(pl.lit(value, pl.Date))
            )
        numbered = self.run.catalog.scan_numbered("messages").select(
            Messages.org_id, Messages.message_id, pack_place(pl.col(FILE))
        )
        ids = [Messages.org_id, Messages.message_id]
        costs = own.lazy().select(*ids, COST).join(numbered, on=ids, how="inner", validate="1:1")
        because = pl.lit("the message's cost, in the reporting currency")
        return merge_rows(state_rows(costs, "messages", pl.col(COST), because).collect())

    def _find_messages(self, cell: AskedCell) -> pl.DataFrame:
        """The messages that a cell is about."""
        rows = self.facts.messages
        return rows.filter(*self._conditions(cell, rows, with_day=False))

    def _restrict(self, sums: pl.DataFrame, cell: AskedCell) -> pl.DataFrame:
        own = sums.filter(pl.col(DescribedMessages.channel).is_in(self._channels(cell)))
        return own.filter(*self._conditions(cell, own, with_day=True))

    def _channels(self, cell: AskedCell) -> list[str]:
        """The channels whose sends a cell counts."""
        channels = self._all_channels
        if cell.name == "delivery_summary":
            return list(channels.codes)
        if cell.name != "hierarchy_report":
            return [cell.group]
        named = cell.row[DescribedMessages.channel]
        return list(channels.messages) if named == SEVERAL else [named]

    @cached_property
    def _all_channels(self) -> RunChannels:
        return find_channels(self.run.catalog, self.run.loaded.config)

    def _is_by_day(self, cell: AskedCell) -> bool:
        return DAY in key(find_table(cell.group, cell.name).contract)

    def _conditions(self, cell: AskedCell, rows: pl.DataFrame, *, with_day: bool) -> list[pl.Expr]:
        """What a row of facts has in common with the cell's row."""
        keys = [name for name in key(find_table(cell.group, cell.name).contract) if name in NAMES]
        if cell.name == "hierarchy_report":
            depth = ("campaign", "dispatch", "message").index(cell.row["level"])
            keys = NAMES[: depth + 2]
        if with_day and self._is_by_day(cell):
            keys = [*keys, DAY]
        schema = rows.schema
        if cell.name == DOMAINS:
            return [pl.col(NAMES[0]) == cell.row[NAMES[0]], self._is_of_domain(cell.row["domain"])]
        return [pl.col(name).eq_missing(pl.lit(cell.row[name], schema[name])) for name in keys]

    def _is_of_domain(self, domain: str) -> pl.Expr:
        """Whether a send is to a mailbox at a domain; `(none)` where none is known."""
        known, contact = self.facts.domains, pl.col(ContactDomains.contact_key)
        if domain != NO_DOMAIN:
            known = known.filter(pl.col(ContactDomains.domain) == domain)
        is_listed = contact.is_in(known.get_column(ContactDomains.contact_key).implode())
        is_listed = is_listed.fill_null(value=False)
        return ~is_listed if domain == NO_DOMAIN else is_listed


_WORDS = {
    COST: "the sum of the messages' costs, in the reporting currency",
    ORDERS: "the number of orders whose last touch is a message of this row; refunds count none",
    REVENUE: "the sum of the revenue of orders whose last touch is a message of this row",
    Counts.sends: "the number of sends, hold-outs apart",
    **dict.fromkeys(UNIQUE, "the number of sends with at least one such event, on the first's day"),
    **dict.fromkeys(EVERY, "the number of such events, machines' included"),
}
