"""A seeded workspace of daily files: what a deployment finds that has run every night for months.

Sends, events, sessions, orders and ad stats are one file a day, a hundredth of the events in the
file of the day after; contacts, names and ads are one file each. The last day can be held back
and delivered later.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks import generate, generate_ads
from tests.benchmarks.assets import (
    DAYS,
    START,
    generate_once,
    numbered,
    stamp,
    write_assets,
    write_contacts,
)

DAY = 86_400
LATE = 0.01
ADS = 3_000
SESSIONS_PER_SEND, ORDERS_PER_SEND = 1.0, 0.1
SINGLE = {
    "contacts": "raw/contacts/*.csv",
    "campaigns": "raw/campaigns.csv",
    "dispatches": "raw/dispatches.csv",
    "messages": "raw/messages.csv",
    "ads": "raw/ads.parquet",
}
DAILY = ("sends", "events", "sessions", "orders", "ad_stats")


def write(root: Path, days: int, sends_a_day: int, seed: int = 7) -> dict[str, int]:
    """Write the workspace of so many days.

    Returns:
        Rows written, by table.
    """
    for name in ("contacts", *DAILY):
        (root / "raw" / name).mkdir(parents=True)
    files = SINGLE | {name: f"raw/{name}/*.csv" for name in DAILY}
    feeds = [f'\n[[feeds]]\ntable = "{name}"\nfiles = "{at}"\n' for name, at in files.items()]
    (root / "campaigns.toml").write_text(generate.CONFIGURATION + "".join(feeds))
    rng = np.random.default_rng(seed)
    size = generate.Size(int(days * sends_a_day / generate.SENDS_PER_EVENT))
    written = write_assets(root / "raw") | dict.fromkeys(DAILY, 0)
    written["contacts"] = write_contacts(root / "raw/contacts", size.contacts)
    ads = generate_ads.draw_ads(ADS)
    ads.drop("n").write_parquet(root / "raw/ads.parquet")
    links = generate_ads.draw_links(ads, ADS, rng)
    limits = generate.message_limits(size.sends)
    sends = generate.draw_sends(rng, np.arange(size.sends), limits, size)
    sends = sends.with_columns(
        (pl.col("sent", "delivered") - START) * days // DAYS + START,
        at=(pl.col("sent") - START) * days // DAYS + START,
    )
    events = generate.draw_events(rng, sends).with_columns(
        at=pl.col("occurred_at")
        .str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
        .dt.epoch("s")
    )
    late = pl.Series(rng.random(events.height) < LATE).cast(pl.Int64)
    tables = {
        "sends": generate.format_sends(sends).with_columns(at=sends["at"]),
        "events": events.with_columns(at=pl.col("at") + late * DAY),
        "sessions": draw_sessions(links, int(size.sends * SESSIONS_PER_SEND), days, size, rng),
        "orders": draw_orders(int(size.sends * ORDERS_PER_SEND), days, size, rng),
        "ad_stats": draw_stats(ads, days, rng),
    }
    for name, table in tables.items():
        numbered_days = table.with_columns(day=(pl.col("at") - START) // DAY).drop("at")
        for (day,), rows in numbered_days.partition_by("day", as_dict=True).items():
            if 0 <= int(day) < days:
                rows.drop("day").write_csv(root / f"raw/{name}/{name}-{int(day):04}.csv")
                written[name] += rows.height
    return written


def draw_sessions(
    links: pl.DataFrame, count: int, days: int, size: generate.Size, rng: np.random.Generator
) -> pl.DataFrame:
    """Sessions of half a known contact each, by the links of the ads."""
    at = START + np.sort(rng.integers(0, days * DAY, count))
    made = generate_ads.draw_sessions(links, 0, count, rng)
    return made.with_columns(
        at=pl.Series(at),
        started_at=stamp(pl.Series(at)),
        contact_id=pl.when(pl.int_range(pl.len()) % 2 == 0).then(
            numbered("c-{}", pl.Series(rng.integers(0, size.contacts, count)), 9)
        ),
    )


def draw_orders(
    count: int, days: int, size: generate.Size, rng: np.random.Generator
) -> pl.DataFrame:
    """Orders of known contacts."""
    at = pl.Series(START + np.sort(rng.integers(0, days * DAY, count)))
    return pl.select(
        order_id=numbered("o-{}", pl.int_range(count), 9),
        ordered_at=stamp(at),
        contact_id=numbered("c-{}", pl.Series(rng.integers(0, size.contacts, count)), 9),
        revenue=pl.Series(rng.integers(100, 20_000, count)) / 100,
        at=at,
    )


def draw_stats(ads: pl.DataFrame, days: int, rng: np.random.Generator) -> pl.DataFrame:
    """A third of the ads has figures on a day."""
    ids = ads.select("platform", "account_id", "campaign_id", "ad_group_id", "ad_id")
    day = np.repeat(np.arange(days), ads.height // 3)
    clicks = rng.integers(0, 90, day.size)
    rows = ids[rng.integers(0, ads.height, day.size)].with_columns(
        day=pl.Series(day), clicks=pl.Series(clicks), impressions=pl.Series(clicks * 40)
    )
    return rows.unique(["day", "ad_id"], maintain_order=True).select(
        pl.from_epoch(START + pl.col("day") * DAY, time_unit="s").dt.date().alias("date_day"),
        *ids.columns,
        "clicks",
        "impressions",
        spend=pl.col("clicks") * 0.37,
        at=START + pl.col("day") * DAY,
    )


def hold_back(root: Path, day: int) -> list[tuple[Path, Path]]:
    """Take the files of a day out of the feeds; the pairs say where each lies and belongs."""
    aside = root / "held back"
    aside.mkdir(exist_ok=True)
    moved = []
    for file in sorted(root.glob(f"raw/*/*-{day:04}.csv")):
        moved.append((aside / file.name, file))
        file.rename(aside / file.name)
    return moved


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--days", type=int, default=90)
    arguments.add_argument("--sends-a-day", type=int, default=5_000)
    chosen = arguments.parse_args()
    print(generate_once(chosen.root, lambda: write(chosen.root, chosen.days, chosen.sends_a_day)))
