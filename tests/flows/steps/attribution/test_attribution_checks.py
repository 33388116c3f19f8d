"""What orders are credited with is held against the accepted orders."""

from pathlib import Path

import pytest

from flows.config.loading import load_workspace
from flows.steps.attribution.attribution_reports import reconcile_orders
from flows.steps.attribution.credit_files import REVENUE, CreditFiles
from flows.steps.step_inputs import StepInputs
from tests.support.publishing import publish
from tests.support.workspaces import Ran

ORDERS = b"""\
order_id,ordered_at,contact_id,revenue,refunded,refund_of,currency,status
o1,2026-03-01T10:00:00Z,c1,100.00,20.00,,,
o2,2026-03-02T10:00:00Z,,10.00,,,EUR,
o3,2026-03-03T10:00:00Z,c1,50.00,,,,cancelled
o4,2026-03-04T10:00:00Z,,30.00,,o1,,
o5,2026-03-05T10:00:00Z,nobody,7.00,,,,
"""
RATES = b"currency,date_day,rate\nEUR,2026-01-01,1.10\n"
CONTACTS = b"contact_id\nc1\n"
BROUGHT = "68.0000"
"""100 - 20 + 10 * 1.10 - 30 + 7; the cancelled order brings nothing."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = tmp_path_factory.mktemp("orders")
    return publish(place, contacts=CONTACTS, orders=ORDERS, exchange_rates=RATES)


def test_credits_come_to_what_the_accepted_orders_brought(ran: Ran) -> None:
    """Whoever ordered, in whatever currency; refunds are taken off."""
    (check,) = (one for one in ran.checks if one.name == "attribution: revenue as accepted")
    assert (check.expected, check.actual) == (BROUGHT, BROUGHT)


@pytest.mark.parametrize("times", [0, 2], ids=["lost", "doubled"])
def test_people_who_are_lost_or_doubled_show(ran: Ran, tmp_path: Path, times: int) -> None:
    found = next(ran.folder.parent.rglob(f"{REVENUE}-*.arrow"))
    for part in range(times):
        (tmp_path / f"{REVENUE}-{part:03}.arrow").write_bytes(found.read_bytes())
    config = load_workspace(ran.read.root, environ={}).config
    given = StepInputs.afresh(ran.read.catalog, config, tmp_path)
    (check,) = reconcile_orders(given, CreditFiles(tmp_path, ("last_touch",)))
    assert (check.expected, check.holds) == (BROUGHT, False)
