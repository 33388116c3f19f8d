"""Figures of segments: who stands in them, and the sends that they had through them."""

from dataclasses import dataclass

import polars as pl

from contracts.feeds import ListMembers, Segments
from contracts.reports.people import SegmentReport
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import Explanation, count_rows, leave_out, merge_left_out
from flows.explain.left_out import list_left_out
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.messaging.send_scopes import SendScope, are_of_list
from flows.explain.narrowed_tables import scan_placed
from transforms.explain.row_places import ROW_PLACE

R = SegmentReport
SEGMENT = (R.org_id, R.segment_id)
OF_LISTS = {
    R.members: (ListMembers.contact_id, "the number of distinct contacts on its lists"),
    R.campaigns_used_in: (
        ListMembers.campaign_id,
        "the number of campaigns on whose list it put someone",
    ),
}
"""Column -> what is counted once, and what it says."""


@dataclass(frozen=True)
class SegmentCells:
    """Explains `people/segment_report`."""

    sends: SendFigures

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        if cell.column == R.contact_count:
            words = "contacts in the segment as its source last counted them"
            return Explanation(words, self._state_source(cell), excluded=self._list_versions(cell))
        if cell.column in OF_LISTS:
            return self._count_members(cell)
        members = self.sends.run.catalog.scan("list_members").filter(
            *have_values_of(cell.row, SEGMENT)
        )
        scope = SendScope({R.org_id: cell.row[R.org_id]}, contact=are_of_list(members))
        return self.sends.explain(scope, cell.column, cell.row)

    def _state_source(self, cell: AskedCell) -> pl.DataFrame:
        counted = pl.col(Segments.contact_count).is_not_null()
        own = scan_placed(self.sends.run.catalog, "segments").filter(
            *have_values_of(cell.row, SEGMENT), counted
        )
        why = pl.lit("the segment, as its source counted it")
        counts = pl.col(Segments.contact_count)
        return count_rows(own, "segments", counts, why)

    def _list_versions(self, cell: AskedCell) -> pl.DataFrame:
        own = have_values_of(cell.row, SEGMENT)
        ids = {str(cell.row[R.segment_id])}
        return list_left_out(self.sends.run, "segments", lambda rows: rows.filter(*own), ids)

    def _count_members(self, cell: AskedCell) -> Explanation:
        """The first row of a list by which each contact or campaign counts; the others do not."""
        counted, words = OF_LISTS[cell.column]
        own = have_values_of(cell.row, SEGMENT)
        is_own_list = pl.col(ListMembers.campaign_id) == pl.col(ListMembers.segment_id)
        rows = (
            scan_placed(self.sends.run.catalog, "list_members")
            .filter(*own)
            .with_columns((is_own_list & (counted == ListMembers.campaign_id)).alias("is own list"))
            .sort(ROW_PLACE)
            .with_columns(
                (~pl.col("is own list") & pl.int_range(pl.len()).over(counted).eq(0)).alias("first")
            )
            .collect()
            .lazy()
        )
        chosen = rows.filter("first")
        why = pl.lit(f"the first row of a list of the segment with this {counted}")
        stated = count_rows(chosen, "list_members", pl.lit(1), why)
        why_not = (
            pl.when("is own list")
            .then(pl.lit("the segment's own list: no campaign used it"))
            .otherwise(pl.lit(f"its {counted} counts once"))
        )
        passed = leave_out(rows.filter(~pl.col("first")), "list_members", why_not)
        ids = {str(cell.row[R.segment_id])}
        left = list_left_out(self.sends.run, "list_members", lambda rows: rows.filter(*own), ids)
        return Explanation(words, stated, excluded=merge_left_out([passed, left]))
