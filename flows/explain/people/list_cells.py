"""Figures of the growth of lists: the events and first sends that changed them."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.facts.people.lists import STATUSES
from contracts.feeds import Events, Sends
from contracts.reports.people import ListGrowth
from flows.explain.cells import AskedCell
from flows.explain.explanation import LEFT_OUT, Explanation, count_rows, merge_left_out
from flows.explain.left_out import list_left_out
from flows.explain.narrowed_tables import scan_placed
from flows.explain.published_run import PublishedRun
from transforms.common.calendar import reporting_day
from transforms.explain.list_rows import (
    COUNT,
    DAY,
    EVENT_ID,
    SEND_ID,
    SIGNS,
    count_changes,
    list_changes,
    list_standing,
)
from transforms.explain.row_places import BECAUSE, ROW_PLACE, TABLE

R = ListGrowth
KINDS = (("sends", Sends.send_id, SEND_ID), ("events", Events.event_id, EVENT_ID))
"""Table -> its id, and the column of a change that names it."""
WORDS = {
    **{name: f"the number of contacts who came to be {name} that day" for name in SIGNS},
    R.net: "subscribed - unsubscribed - complained of the day",
    R.size: "the number of contacts at the day's end with a subscription or a send, and no "
    "unsubscribe or complaint in force",
}


@dataclass(frozen=True)
class ListCells:
    """Explains `people/list_growth`."""

    run: PublishedRun

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        row, column = cell.row, cell.column
        own = self._changes.lazy().filter(
            *(pl.col(name) == row[name] for name in (R.org_id, R.channel))
        )
        if column == R.size:
            counted = list_standing(own.filter(pl.col(DAY) <= row[R.date_day]))
        else:
            counted = count_changes(own.filter(pl.col(DAY) == row[R.date_day]), column)
        found = self._place(counted)
        left = found.filter(pl.col(COUNT) == 0).select(list(LEFT_OUT)).cast(dict(LEFT_OUT))
        return Explanation(
            WORDS[column],
            count_rows(
                found.lazy().filter(pl.col(COUNT) != 0),
                pl.col(TABLE),
                pl.col(COUNT),
                pl.col(BECAUSE),
            ),
            excluded=merge_left_out([left, self._list_copies(cell)]),
        )

    @cached_property
    def _changes(self) -> pl.DataFrame:
        activities, zone = self.run.activities, self.run.timezone
        return pl.concat(
            list_changes(
                *(activities.scan(kind, range(group, group + 1)) for kind in ("events", "sends")),
                zone,
            ).collect()
            for group in range(activities.groups)
        )

    def _list_copies(self, cell: AskedCell) -> pl.DataFrame:
        """Events of the day that are copies, earlier versions or rejected."""
        channel, day = cell.row[R.channel], cell.row[R.date_day]
        types = [f"{channel}_{status}" for status in STATUSES]
        zone = self.run.timezone
        is_own = pl.all_horizontal(
            pl.col(Events.org_id) == cell.row[R.org_id],
            pl.col(Events.event_type).is_in(types),
            reporting_day(pl.col(Events.occurred_at), zone) == day,
        )
        words = {*types, *STATUSES}
        return list_left_out(
            self.run, "events", lambda rows: rows.filter(is_own), words, day.isoformat()
        )

    def _place(self, changes: pl.LazyFrame) -> pl.DataFrame:
        """Changes with the raw row that each of them is."""
        catalog = self.run.catalog
        taken = changes.collect()
        parts = []
        for table, own_id, named in KINDS:
            of_kind = taken.filter(pl.col(named).is_not_null())
            if of_kind.is_empty():
                continue
            places = scan_placed(catalog, table).select(
                R.org_id, pl.col(own_id).alias(named), ROW_PLACE
            )
            placed = of_kind.lazy().join(places, on=[R.org_id, named], how="inner", validate="m:1")
            parts.append(
                placed.select(ROW_PLACE, pl.lit(table).alias(TABLE), COUNT, BECAUSE).collect()
            )
        nothing = pl.DataFrame(schema={**LEFT_OUT, COUNT: pl.Int64})
        return pl.concat([nothing.select(ROW_PLACE, TABLE, COUNT, BECAUSE), *parts])
