"""A seeded workspace of orders and what may have led to them, of any size.

Six touches of ten are sessions (half of them direct, some the landing of a click), four are clicks
on messages, each of a send an hour before; one order comes for twenty-five touches. People's
activity has a heavy tail. Sends and their deliveries are beside the touches, not among them.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks.assets import (
    DISPATCHES,
    MESSAGES,
    generate_once,
    numbered,
    write_assets,
    write_contacts,
)
from tests.benchmarks.generate import CONFIGURATION, FEEDS
from tests.benchmarks.generate_people import (
    CLICKS,
    LANDINGS,
    TOUCHES_PER_CONTACT,
    TOUCHES_PER_ORDER,
    draw_people,
)

CHUNK = 1_000_000
BROUGHT = pl.DataFrame(
    {
        "utm_medium": [None, "organic", "email", "cpc", "referral"],
        "utm_source": [None, "google", "newsletter", "google", "partner.example"],
    }
)
SHARES = (0.5, 0.2, 0.05, 0.15, 0.1)
MODELS = """
[attribution]
models = ["first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay"]
"""
MORE_FEEDS = {"sessions": "raw/sessions/*.csv", "orders": "raw/orders/*.csv"}


def generate(root: Path, touches: int, seed: int = 13) -> dict[str, int]:
    """Write a workspace with `touches` clicks and sessions below `root`, unless it is there.

    Returns:
        Rows written, by table.
    """
    return generate_once(root, lambda: write(root, touches, seed))


def write(root: Path, touches: int, seed: int) -> dict[str, int]:
    """Write the workspace."""
    for folder in ("contacts", "sends", "events", *MORE_FEEDS):
        (root / "raw" / folder).mkdir(parents=True)
    feeds = [
        f'\n[[feeds]]\ntable = "{name}"\nfiles = "{at}"\n'
        for name, at in (FEEDS | MORE_FEEDS).items()
    ]
    (root / "campaigns.toml").write_text(CONFIGURATION + MODELS + "".join(feeds))
    contacts = touches // TOUCHES_PER_CONTACT + 1
    rows = write_assets(root / "raw") | {
        "contacts": write_contacts(root / "raw/contacts", contacts)
    }
    for place, first in enumerate(range(0, touches, CHUNK)):
        count = min(CHUNK, touches - first)
        tables = draw(np.random.default_rng([seed, place]), count, contacts, first)
        for name, table in tables.items():
            table.write_csv(root / f"raw/{name}/{name}-{place:04}.csv")
            rows[name] = rows.get(name, 0) + table.height
    return rows


def draw(
    rng: np.random.Generator, count: int, contacts: int, first: int
) -> dict[str, pl.DataFrame]:
    """The rows of a chunk, by table."""
    clicks = draw_people(rng, int(count * CLICKS), contacts, first)
    landed = clicks.sample(fraction=LANDINGS, seed=first).with_columns(
        at=pl.col("at") + 60_000_000, brought=pl.lit(2, pl.Int64)
    )
    visits = draw_people(rng, count - clicks.height - landed.height, contacts, first)
    brought = pl.Series(rng.choice(BROUGHT.height, visits.height, p=SHARES))
    sessions = pl.concat([visits.with_columns(brought=brought), landed]).with_columns(
        n=first + pl.int_range(pl.len())
    )
    orders = draw_people(rng, count // TOUCHES_PER_ORDER, contacts, first)
    cents = pl.Series(rng.integers(500, 20_000, orders.height))
    return {
        "sends": shape_sends(clicks),
        "events": shape_clicks(clicks),
        "sessions": shape_sessions(sessions),
        "orders": shape_orders(orders, cents),
    }


def shape_sends(clicks: pl.DataFrame) -> pl.DataFrame:
    """The sends that were clicked."""
    message = pl.col("n") % MESSAGES
    return clicks.select(
        send_id=numbered("s-{}", pl.col("n"), 9),
        campaign_id=numbered("cmp-{}", message * DISPATCHES // MESSAGES * 40 // DISPATCHES, 3),
        message_id=numbered("msg-{}", message, 4),
        contact_id=who(),
        status=pl.lit("delivered"),
        sent_at=stamp(pl.col("at") - 3_600_000_000),
        delivered_at=stamp(pl.col("at") - 3_590_000_000),
        updated_at=stamp(pl.col("at")),
    )


def shape_clicks(clicks: pl.DataFrame) -> pl.DataFrame:
    """Clicks, one of twenty by a machine."""
    number = pl.col("n")
    by_machine = pl.when(number % 20 == 0).then(pl.lit("Mozilla/5.0"))
    return clicks.select(
        event_id=numbered("e-{}", number, 9),
        event_type=pl.lit("email_clicked"),
        subtype=pl.lit(None, pl.String),
        occurred_at=stamp(pl.col("at")),
        contact_id=who(),
        send_id=numbered("s-{}", number, 9),
        message_id=numbered("msg-{}", number % MESSAGES, 4),
        url=pl.format("https://shop.example/page/{}", number % 997),
        user_agent=by_machine.otherwise(pl.lit("Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0")),
    )


def shape_sessions(sessions: pl.DataFrame) -> pl.DataFrame:
    """Sessions of contacts, by what brought them."""
    utm = BROUGHT.with_row_index("brought").with_columns(pl.col("brought").cast(pl.Int64))
    return sessions.join(utm, on="brought", how="left", maintain_order="left").select(
        session_id=numbered("v-{}", pl.col("n"), 9),
        started_at=stamp(pl.col("at")),
        contact_id=who(),
        landing_url=pl.format("https://shop.example/page/{}", pl.col("n") % 997),
        utm_source="utm_source",
        utm_medium="utm_medium",
    )


def shape_orders(orders: pl.DataFrame, cents: pl.Series) -> pl.DataFrame:
    """Orders of 5 to 200, a few of which were cancelled."""
    is_void = pl.col("n") % 50 == 0
    return orders.select(
        order_id=numbered("o-{}", pl.col("n"), 9),
        ordered_at=stamp(pl.col("at")),
        contact_id=who(),
        revenue=(cents.cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)),
        status=pl.when(is_void).then(pl.lit("cancelled")).otherwise(pl.lit("paid")),
    )


def who() -> pl.Expr:
    """The contact of a row."""
    return numbered("c-{}", pl.col("who"), 9)


def stamp(microseconds: pl.Expr) -> pl.Expr:
    """An instant as an ISO 8601 stamp in UTC, to the microsecond."""
    return microseconds.cast(pl.Datetime("us")).dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--touches", type=int, default=1_000_000)
    chosen = arguments.parse_args()
    print(generate(chosen.root, chosen.touches))
