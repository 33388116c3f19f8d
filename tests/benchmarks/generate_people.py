"""Seeded activities of any size: clicks and sessions, and the orders that followed some of them.

Six touches of ten are sessions (half of them direct, some the landing of a click), four are clicks
on messages; one order comes for twenty-five touches. People's activity has a heavy tail. What is
written are the files that a run describes its activities in, with keys for contacts, messages and
links (`activities`), and the same rows with their texts (`told`), which DuckDB starts from.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from contracts.columns import Table, columns, polars_schema
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSessions, LinkNames, MessageEvents
from flows.steps.activities.activity_pieces import EVENTS, ORDERS, SENDS, SESSIONS, write_piece
from tests.benchmarks.assets import START, generate_once, numbered
from tests.support.numbered_people import number_people as number_all
from transforms.activities.described_activities import number_messages
from transforms.activities.person_numbers import key_contacts, key_people
from transforms.common.keys import LINK, MESSAGE, hash_id

PEOPLE, MESSAGES, LINKS = "people.parquet", "messages.parquet", "links.parquet"
SAID_OF_LINK = ["channel_group", "platform", "campaign_id", "ad_id"]
KINDS = {"events": EVENTS, "sends": SENDS, "sessions": SESSIONS, "orders": ORDERS}
SPAN = 180 * 86_400_000_000
TOUCHES_PER_ORDER, TOUCHES_PER_CONTACT = 25, 12
CLICKS, LANDINGS, CHUNK = 0.4, 0.1, 1_000_000
GROUPS = ("direct", "organic search", "email", "paid search", "referral")
GROUP_SHARES = (0.5, 0.2, 0.05, 0.15, 0.1)


def generate(root: Path, touches: int, seed: int = 11) -> int:
    """Write activities with `touches` clicks and sessions below `root`, unless they are there.

    Returns:
        How many pieces each kind of activities lies in.
    """
    return generate_once(root, lambda: write(root, touches, seed))


def write(root: Path, touches: int, seed: int) -> int:
    """Write the activities and tell in how many pieces."""
    contacts = touches // TOUCHES_PER_CONTACT + 1
    people, messages = number_people(contacts), number_messages(describe_messages())
    (root / "told").mkdir()
    people.write_parquet(root / PEOPLE)
    messages.collect().write_parquet(root / MESSAGES)
    links = []
    for place, first in enumerate(range(0, touches, CHUNK)):
        rng = np.random.default_rng([seed, place])
        count = min(CHUNK, touches - first)
        clicks = draw_people(rng, int(count * CLICKS), contacts, first)
        landed = clicks.sample(fraction=LANDINGS, seed=place).with_columns(
            at=pl.col("at") + 60_000_000, channel_group=pl.lit("email")
        )
        visits = draw_people(rng, count - clicks.height - landed.height, contacts, first)
        visits = visits.with_columns(
            channel_group=pl.Series(rng.choice(GROUPS, visits.height, p=GROUP_SHARES))
        )
        orders = draw_people(rng, count // TOUCHES_PER_ORDER, contacts, first)
        sessions = pl.concat([visits, landed], how="diagonal").with_columns(
            n=first + pl.int_range(pl.len())
        )
        tables = {
            "events": shape_events(clicks),
            "sessions": shape_sessions(sessions),
            "orders": shape_orders(orders, rng),
        }
        for kind, table in tables.items():
            (root / "told" / kind).mkdir(exist_ok=True)
            table.write_parquet(root / "told" / kind / f"{place:03}.parquet", compression="lz4")
            keyed = key_contacts(table.lazy()).with_columns(key_link(kind))
            rows = keyed if kind != "events" else key_message(keyed)
            folder = root / "activities" / kind / f"{place:03}"
            folder.mkdir(parents=True)
            write_piece(KINDS[kind], rows, folder)
        links.append(name_links(tables["sessions"]))
    pl.concat(links).unique("link_key").write_parquet(root / LINKS)
    return len(links)


def key_link(kind: str) -> pl.Expr:
    """The key of a session's link; of other rows a column that nobody reads."""
    said = SAID_OF_LINK if kind == "sessions" else ["org_id"]
    return pl.struct(said).hash(LINK).alias("link_key")


def name_links(sessions: pl.DataFrame) -> pl.DataFrame:
    """The links that sessions came by (`LinkNames`)."""
    keyed = sessions.with_columns(key_link("sessions"), pl.lit(0, pl.UInt32).alias("link"))
    return keyed.select(columns(LinkNames)).unique("link_key")


def key_message(events: pl.LazyFrame) -> pl.LazyFrame:
    """Events with the key of the message that they name."""
    return events.with_columns(hash_id("message_id", seed=MESSAGE).alias("message_key"))


def number_people(contacts: int) -> pl.DataFrame:
    """The people."""
    ids = pl.LazyFrame({"who": range(contacts)}).select(
        org_id=pl.lit("default"), contact_id=numbered("c-{}", pl.col("who"), 9)
    )
    return number_all(key_people(ids), key_people(ids.clear()))


def describe_messages() -> pl.LazyFrame:
    """The messages that clicks are on."""
    number = pl.col("n")
    return (
        pl.LazyFrame({"n": range(200)})
        .select(
            org_id=pl.lit("default"),
            message_id=numbered("msg-{}", number, 4),
            message_name=pl.format("Message no. {}", number),
            dispatch_id=numbered("dsp-{}", number % 100, 3),
            campaign_id=numbered("cmp-{}", number % 40, 3),
            campaign_name=pl.format("Campaign no. {}", number % 40),
            channel=pl.lit("email"),
        )
        .with_columns(hash_id("message_id", seed=MESSAGE).alias("message_key"))
        .collect()
        .pipe(complete, DescribedMessages)
        .lazy()
    )


def draw_people(rng: np.random.Generator, count: int, contacts: int, first: int) -> pl.DataFrame:
    """Numbered rows of people, of whom few do much, at instants of half a year."""
    return pl.DataFrame(
        {
            "n": np.arange(first, first + count),
            "who": (contacts * rng.random(count) ** 1.5).astype(np.int64),
            "at": START * 1_000_000 + rng.integers(0, SPAN, count),
        }
    )


def shape_events(rows: pl.DataFrame) -> pl.DataFrame:
    """Clicks on messages."""
    number = pl.col("n")
    return rows.select(
        event_id=numbered("e-{}", number, 9),
        event_type=pl.lit("email_clicked"),
        channel=pl.lit("email"),
        occurred_at=instant(),
        contact_id=numbered("c-{}", pl.col("who"), 9),
        send_id=numbered("s-{}", number, 9),
        message_id=numbered("msg-{}", number % 200, 4),
        message_name=pl.format("Message no. {}", number % 200),
        dispatch_id=numbered("dsp-{}", number % 100, 3),
        campaign_id=numbered("cmp-{}", number % 40, 3),
        campaign_name=pl.format("Campaign no. {}", number % 40),
        url=pl.format("https://shop.example/page/{}", number % 997),
        is_machine=number % 20 == 0,
    ).pipe(complete, MessageEvents)


def shape_sessions(rows: pl.DataFrame) -> pl.DataFrame:
    """Sessions; those of paid search with their ad."""
    number = pl.col("n")
    is_paid = pl.col("channel_group") == "paid search"
    return rows.select(
        session_id=numbered("v-{}", number, 9),
        started_at=instant(),
        contact_id=numbered("c-{}", pl.col("who"), 9),
        anonymous_id=numbered("a-{}", pl.col("who"), 9),
        landing_url=pl.format("https://shop.example/page/{}", number % 997),
        channel_group="channel_group",
        platform=pl.when(is_paid).then(pl.lit("google_ads")),
        campaign_id=pl.when(is_paid).then(numbered("gc-{}", number % 300, 4)),
        ad_id=pl.when(is_paid).then(numbered("ga-{}", number % 9000, 6)),
    ).pipe(complete, ContactSessions)


def shape_orders(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Orders of 5 to 200, a few of which were cancelled."""
    cents = pl.Series(rng.integers(500, 20_000, rows.height))
    return rows.select(
        order_id=numbered("o-{}", pl.col("n"), 9),
        contact_id=numbered("c-{}", pl.col("who"), 9),
        ordered_at=instant(),
        credited_at=instant(),
        date_day=instant().dt.date(),
        revenue=(cents.cast(pl.Decimal(18, 4)) / 100).cast(pl.Decimal(18, 4)),
        status=pl.lit("paid"),
        is_conversion=pl.col("n") % 50 != 0,
        is_refund=pl.lit(value=False),
    ).pipe(complete, PricedOrders)


def instant() -> pl.Expr:
    """The instant of a row, of which `at` is the microsecond."""
    return pl.col("at").cast(pl.Datetime("us", "UTC"))


def complete(rows: pl.DataFrame, contract: type[Table]) -> pl.DataFrame:
    """Bring rows into their contract's columns."""
    schema = polars_schema(contract)
    known = rows.with_columns(pl.lit("default").alias("org_id"))
    return known.select(
        (pl.col(name) if name in known.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--touches", type=int, default=1_000_000)
    chosen = arguments.parse_args()
    print(f"{generate(chosen.root, chosen.touches)} pieces in {chosen.root}")
