"""What the rows of a table are, to the steps that keep what they made of them."""

from pathlib import Path

from tests.support.workspaces import feed, read_files

CONTACTS, ORDERS, RATES = (
    feed(table, f"raw/{table}.csv") for table in ("contacts", "orders", "exchange_rates")
)
FILES = {
    "raw/contacts.csv": b"contact_id\n1\n",
    "raw/orders.csv": b"order_id,ordered_at,revenue,currency\n1,2026-01-09T00:00:00Z,5,EUR\n",
    "raw/exchange_rates.csv": b"currency,date_day,rate\nEUR,2026-01-01,1.1\n",
}


def identify(place: Path, toml: str) -> str:
    """What the orders are."""
    return read_files(place, toml, FILES).catalog.identify("orders")


def test_a_table_is_another_where_its_feed_or_what_counts_of_it_is(tmp_path: Path) -> None:
    """Without rates, the order is rejected."""
    settings = "[workspace]\nmax_rejected_share = 1\n"
    usual = identify(tmp_path / "a", ORDERS + RATES + CONTACTS)
    assert usual == identify(tmp_path / "b", ORDERS + CONTACTS + RATES)
    assert usual != identify(tmp_path / "c", CONTACTS + ORDERS + RATES)
    assert usual != identify(tmp_path / "d", settings + ORDERS + CONTACTS)
