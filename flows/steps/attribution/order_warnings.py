"""What a run found in orders that a person should look at."""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from contracts.config.workspace import Workspace, WorkspaceSection
from contracts.facts.order_facts import UnknownOrderStates
from contracts.manifest import Warned, count_of, may_be_quoted
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from transforms.attribution.order_states import find_unknown_states
from transforms.attribution.orders import price_orders

MOST_STATES = 5
"""How many states a run names."""


def find_order_warnings(catalog: Catalog, config: Workspace) -> Iterator[Warned]:
    """Orders in a state of which it is not known whether they were sold."""
    settings, rates = config.workspace, rates_of(catalog)
    priced = price_orders(catalog.scan("orders"), rates, settings.currency, settings.timezone)
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
