"""What a run found in orders that a person should look at."""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from contracts.config.workspace import Workspace, WorkspaceSection
from contracts.facts.order_facts import PricedOrders, UnknownOrderStates
from contracts.feeds import Orders
from contracts.manifest import Warned, count_of, may_be_quoted
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from transforms.attribution.orders import find_unknown_states, price_orders
from transforms.ingest.deduplication import FILE, ROW_NUMBER

MOST_STATES = 5
"""How many states a run names."""
LEADING = ("events", "page_views", "sessions")
"""Tables whose rows lead to orders, at a time of their own."""
KEY = [Orders.org_id, Orders.order_id]
LEAST_ADDED = 2
"""Of how many orders at least another one may be the sum."""


def find_order_warnings(catalog: Catalog, config: Workspace) -> Iterator[Warned]:
    """Orders of which it is not known whether they were sold, or whether they are any."""
    settings, rates = config.workspace, rates_of(catalog)
    priced = price_orders(catalog.scan("orders"), rates, settings.currency, settings.timezone)
    yield from _find_totals(catalog, priced)
    yield from _find_midnights(catalog)
    names = UnknownOrderStates
    unknown = find_unknown_states(priced).collect()
    for row in unknown.head(MOST_STATES).iter_rows(named=True):
        state = row[names.state]
        state = state if may_be_quoted(state, row[names.orders]) else "…"
        yield _warn(f"status {state!r}", state, row[names.orders], row[names.revenue], settings)
    if not (others := unknown.slice(MOST_STATES)).is_empty():
        orders, revenue = others.select(pl.col(names.orders, names.revenue).sum()).row(0)
        yield _warn(f"{others.height:,} more statuses", "…", orders, revenue, settings)


def _warn(of: str, state: str, orders: int, revenue: Decimal, settings: WorkspaceSection) -> Warned:
    amount = f"{revenue:.2f}"
    return Warned(
        code="order_state_unknown",
        message=f"{count_of(orders, 'order')} of {of} counted as sold, with {amount} "
        f"{settings.currency} in all, as no rule knows what it says; where it brings nothing: "
        f'values = {{ status = {{ "{state}" = "cancelled" }} }}, and where it does: "paid"',
        count=orders,
        amount=amount,
        setting="[[feeds]] values",
    )


def _find_midnights(catalog: Catalog) -> Iterator[Warned]:
    """Orders of a day without a time, where what happens before an order decides whose it is."""
    if not catalog.feeds.is_configured(*LEADING):
        return
    for feed in catalog.feeds:
        receipts = [file.of_table("orders") for file in catalog.feeds.files_of(feed)]
        if count := sum(got.days_alone for got in receipts if got):
            yield feed.warn(
                "no_time",
                f"{count_of(count, 'order')} with a day and no time stand at its midnight, so that "
                "clicks and sessions of that day come after them and are no touch of theirs; a "
                'column with the time, named in columns = { ordered_at = "…" }, tells what led to '
                "them",
                "columns.ordered_at",
                count=count,
            )


def _find_totals(catalog: Catalog, priced: pl.LazyFrame) -> Iterator[Warned]:
    """Orders that end a file, without a digit in their id, and bring what all its others bring."""
    revenue, row = pl.col(Orders.revenue), pl.col(ROW_NUMBER)
    rows = catalog.scan_numbered("orders").select(*KEY, FILE, row, revenue)
    is_word = ~pl.col(Orders.order_id).str.contains(r"\d")
    words = rows.filter(is_word).collect(engine="streaming")
    if words.is_empty():
        return
    sums = rows.group_by(FILE).agg(row.max(), revenue.sum().alias("sum"), pl.len())
    is_sum = (2 * revenue == pl.col("sum")) & (revenue != 0) & (pl.col("len") > LEAST_ADDED)
    totals = words.lazy().join(sums, on=[FILE, ROW_NUMBER], how="inner").filter(is_sum)
    brought = totals.select(*KEY, FILE, ROW_NUMBER).join(
        priced.select(*KEY, PricedOrders.revenue), on=KEY, how="inner", validate="1:1"
    )
    feeds = {file.order: file.raw.feed for file in catalog.files}
    for _, _, file, number, amount in brought.sort(KEY).collect().iter_rows():
        said = (
            f"the last order of a file, row {number}, brings what all others of it bring together; "
            'if it only adds them up, total_rows = ["Total"], or what its word is, leaves it out'
        )
        yield feeds[file].warn(
            "total_suspected", said, "total_rows", count=1, amount=f"{amount:.2f}"
        )
