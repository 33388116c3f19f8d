"""The messages of a channel that did best and worst, among those that enough people got."""

import polars as pl

from contracts.reports.messaging import MessageReport
from flows.page.figures import plain
from flows.page.snapshot_tables import SnapshotTables, greatest_first
from flows.page.tables import TableSpec, drop_empty, list_cells
from flows.page.views import Column, Rows, TableView

M = MessageReport
LEAST_DELIVERED = 20
"""How many must have got a message for its rates to be compared with others'."""
MOST_SHOWN = 3
MEASURES = {
    M.human_click_rate: "clicks of people",
    M.conversion_rate: "orders",
    M.human_open_rate: "opens by people",
}
"""Rates by which messages are compared: the first that any message has."""
SHOWN = {
    M.delivered: "Delivered",
    M.human_open_rate: "Opened by people",
    M.human_click_rate: "Clicked by people",
    M.replies: "Replies",
    M.conversion_rate: "Ordered",
    M.unsubscribe_rate: "Unsubscribed",
    M.revenue_per_recipient: "Revenue per recipient",
}


def list_best_and_worst(published: SnapshotTables, channel: str) -> TableView | None:
    """List the best and the worst messages of a channel; None where there is nothing to compare."""
    table = f"{channel}/message_report"
    if not published.has(table):
        return None
    given = published.columns(table)
    compared = published.scan(table).filter(pl.col(M.delivered) >= LEAST_DELIVERED)
    known = compared.select(pl.col(list(MEASURES)).max()).collect().row(0, named=True)
    measure = next((name for name in MEASURES if known[name]), None)
    if measure is None:
        return None
    spec = TableSpec(
        f"Best and worst messages, by {MEASURES[measure]}",
        table,
        {M.message_name: "Message", M.campaign_name: "Campaign"},
        {name: title for name, title in SHOWN.items() if name in given},
        measure,
        bars=(measure,),
        note=f"Of messages that at least {LEAST_DELIVERED} people got.",
    )
    keys = published.key(table)
    ranked = (
        compared.filter(pl.col(measure).is_not_null())
        .select(*keys, *spec.labels, *spec.figures)
        .pipe(greatest_first, [measure], keys)
        .collect()
    )
    if ranked.height < 2 or ranked[measure][0] == ranked[measure][-1]:  # noqa: PLR2004
        return None
    many = min(MOST_SHOWN, ranked.height // 2)
    rows = drop_empty(pl.concat([ranked.head(many), ranked.tail(many)]), spec)
    places = [f"Best {n + 1}" for n in range(many)] + [f"Worst {many - n}" for n in range(many)]
    shown = tuple(
        Rows((plain(place), *cells))
        for place, cells in zip(places, list_cells(published, spec, rows), strict=True)
    )
    columns = (Column("Place", "text"), *spec.columns(rows))
    return TableView(spec.title, columns, shown, len(shown), table, spec.note)
