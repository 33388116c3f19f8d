"""A seeded workspace of any size, skewed as real mail is: the input of the benchmarks.

Six sends for ten events: 97 % of sends are delivered (half of them say so in their row, all by an
event), 35 % are opened (with a heavy tail of repeated opens), 4 % clicked over twenty links a
message; bounces, opt-outs and complaints are rare. Two hundred messages of forty campaigns have
Zipf sizes. Memory is bounded: sends are made chunk by chunk, one file of each feed a chunk, which
lies compressed if asked.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from tests.benchmarks.assets import (
    CAMPAIGNS,
    DAYS,
    DISPATCHES,
    MESSAGES,
    START,
    generate_once,
    numbered,
    stamp,
    write_assets,
    write_contacts,
)

SENDS_PER_EVENT = 0.6
SENDS_PER_CONTACT = 8
SENDS_A_FILE = 500_000
LEAST_FILES = 4
LINKS = 20
OPENED, CLICKED, OPENS_TAIL, MOST_OPENS = 0.35, 0.04, 2.6, 60
DELIVERED, BOUNCED = 0.97, 0.99
"""Upper bounds on one uniform draw: delivered, bounced, and the rest is still underway."""
UNSUBSCRIBED, COMPLAINED, HARD, PREFETCHED = 0.002, 0.0003, 0.4, 0.04
AGENTS = pl.Series(
    [
        "Mozilla/5.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4) AppleWebKit/605.1.15 Mobile/15E148",
        "Outlook-iOS/2.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 Safari/605.1.15",
        "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124",
    ]
)
AGENT_SHARES = (PREFETCHED, 0.40, 0.16, 0.15, 0.25)
CONFIGURATION = """\
[workspace]
timezone = "UTC"
currency = "USD"
"""
FEEDS = {
    "contacts": "raw/contacts/*.csv",
    "campaigns": "raw/campaigns.csv",
    "dispatches": "raw/dispatches.csv",
    "messages": "raw/messages.csv",
    "sends": "raw/sends/*.csv*",
    "events": "raw/events/*.csv*",
}


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    events: int

    @property
    def sends(self) -> int:
        """One row each in the sends feed."""
        return int(self.events * SENDS_PER_EVENT)

    @property
    def contacts(self) -> int:
        """One row each in the contacts feed."""
        return self.sends // SENDS_PER_CONTACT + 1

    @property
    def chunk(self) -> int:
        """Sends a file."""
        return min(SENDS_A_FILE, self.sends // LEAST_FILES + 1)


def generate(root: Path, events: int, seed: int = 7, *, compressed: bool = False) -> dict[str, int]:
    """Write a workspace with about `events` events below `root`, unless it is there already.

    Returns:
        Rows written, by table.
    """
    return generate_once(root, lambda: write(root, events, seed, compressed=compressed))


def write(root: Path, events: int, seed: int, *, compressed: bool) -> dict[str, int]:
    """Write the workspace."""
    size = Size(events)
    for folder in ("contacts", "sends", "events"):
        (root / "raw" / folder).mkdir(parents=True)
    feeds = [f'\n[[feeds]]\ntable = "{name}"\nfiles = "{at}"\n' for name, at in FEEDS.items()]
    (root / "campaigns.toml").write_text(CONFIGURATION + "".join(feeds))
    rows = write_assets(root / "raw") | {"sends": 0, "events": 0}
    rows["contacts"] = write_contacts(root / "raw/contacts", size.contacts)
    limits = message_limits(size.sends)
    for place, first in enumerate(range(0, size.sends, size.chunk)):
        rng = np.random.default_rng([seed, place])
        ids = np.arange(first, min(first + size.chunk, size.sends))
        sends = draw_sends(rng, ids, limits, size)
        happened = draw_events(rng, sends)
        for name, table in (("sends", format_sends(sends)), ("events", happened)):
            file = root / f"raw/{name}/{name}-{place:04}.csv"
            if compressed:
                table.write_csv(f"{file}.zst", compression="zstd", compression_level=1)
            else:
                table.write_csv(file)
            rows[name] += table.height
    return rows


def message_limits(sends: int) -> np.ndarray:
    """Where each message's sends end; sizes follow Zipf's law, in an order of no meaning."""
    weights = 1 / np.arange(1, MESSAGES + 1) ** 0.8
    shuffled = np.random.default_rng(1).permutation(weights)
    return np.round(np.cumsum(shuffled / shuffled.sum()) * sends).astype(np.int64)


def draw_sends(
    rng: np.random.Generator, ids: np.ndarray, limits: np.ndarray, size: Size
) -> pl.DataFrame:
    """Draw what became of each send; times in seconds."""
    count = len(ids)
    message = np.searchsorted(limits, ids, side="right").clip(max=MESSAGES - 1)
    fate = rng.random(count)
    sent = START + message * (DAYS * 86_400 // MESSAGES) + rng.integers(0, 7_200, count)
    return pl.DataFrame(
        {
            "send": ids,
            "message": message,
            "contact": rng.integers(0, size.contacts, count),
            "fate": fate,
            "sent": sent,
            "delivered": sent + 1 + rng.geometric(0.05, count),
            "says_so": rng.random(count) < 0.5,
            "opens": np.where(
                (rng.random(count) < OPENED / DELIVERED) & (fate < DELIVERED),
                rng.zipf(OPENS_TAIL, count).clip(max=MOST_OPENS),
                0,
            ),
            "clicks": np.where(
                (rng.random(count) < CLICKED / DELIVERED) & (fate < DELIVERED),
                rng.geometric(0.65, count),
                0,
            ),
        }
    )


def format_sends(sends: pl.DataFrame) -> pl.DataFrame:
    """The sends feed."""
    is_delivered = pl.col("says_so") & (pl.col("fate") < DELIVERED)
    return sends.select(
        send_id=numbered("s-{}", pl.col("send"), 9),
        campaign_id=numbered(
            "cmp-{}",
            pl.col("message") * DISPATCHES // MESSAGES * CAMPAIGNS // DISPATCHES,
            3,
        ),
        message_id=numbered("msg-{}", pl.col("message"), 4),
        contact_id=numbered("c-{}", pl.col("contact"), 9),
        status=pl.when(is_delivered).then(pl.lit("delivered")).otherwise(pl.lit("sent")),
        sent_at=stamp(pl.col("sent")),
        delivered_at=pl.when(is_delivered).then(stamp(pl.col("delivered"))),
        updated_at=stamp(pl.col("delivered") + 60),
    )


def draw_events(rng: np.random.Generator, sends: pl.DataFrame) -> pl.DataFrame:
    """The events feed of some sends, in the order of time."""
    is_delivered = pl.col("fate") < DELIVERED
    optional = (("email_unsubscribed", UNSUBSCRIBED), ("email_complained", COMPLAINED))
    parts = [
        _events(sends.filter(is_delivered), "email_delivered"),
        _events(
            sends.filter(~is_delivered, pl.col("fate") < BOUNCED), "email_bounced"
        ).with_columns(
            subtype=pl.when(pl.col("fate") < DELIVERED + (BOUNCED - DELIVERED) * HARD)
            .then(pl.lit("hard"))
            .otherwise(pl.lit("soft"))
        ),
        *(
            _events(_some(rng, sends.filter(is_delivered), share), name, delay=4_000)
            for name, share in optional
        ),
    ]
    opens = _repeat(rng, sends, "opens", "email_opened")
    clicks = _repeat(rng, sends, "clicks", "email_clicked")
    link = rng.integers(0, LINKS, clicks.height) ** 2 // LINKS
    clicks = clicks.with_columns(
        url=pl.format(
            "https://shop.example.com/{}/offer-{}?utm_source=mail",
            numbered("m{}", pl.col("message"), 4),
            pl.Series("link", link),
        )
    )
    parts += [_with_agents(rng, opens), _with_agents(rng, clicks, prefetched=False)]
    events = pl.concat(parts, how="diagonal_relaxed")
    events = events.with_columns(event_id=draw_ids(rng, events.height)).sort("at", "event_id")
    return events.select(
        "event_id",
        "event_type",
        "subtype",
        occurred_at=stamp(pl.col("at")),
        contact_id=numbered("c-{}", pl.col("contact"), 9),
        send_id=numbered("s-{}", pl.col("send"), 9),
        message_id=numbered("msg-{}", pl.col("message"), 4),
        url="url",
        user_agent="user_agent",
    )


def _events(sends: pl.DataFrame, name: str, delay: int = 0) -> pl.DataFrame:
    return sends.with_columns(event_type=pl.lit(name), at=pl.col("delivered") + delay)


def _some(rng: np.random.Generator, rows: pl.DataFrame, share: float) -> pl.DataFrame:
    return rows.filter(pl.Series(rng.random(rows.height) < share))


def _repeat(rng: np.random.Generator, sends: pl.DataFrame, times: str, name: str) -> pl.DataFrame:
    """One event per time, hours after the delivery, those of one send a minute apart at least."""
    rows = sends.filter(pl.col(times) > 0)
    rows = rows.with_columns(pl.Series("nth", np.arange(rows.height)))
    rows = rows.select(pl.all().repeat_by(times).explode())
    delay = (60 + np.exp(rng.normal(8.5, 1.6, rows.height)).clip(max=20 * 86_400)).astype(np.int64)
    turn = pl.int_range(pl.len()).over("nth") * 61
    return rows.with_columns(
        event_type=pl.lit(name),
        at=pl.col("delivered") + (pl.Series(delay) // 7_200) * 7_200 + 60 + turn,
    )


def _with_agents(
    rng: np.random.Generator, events: pl.DataFrame, *, prefetched: bool = True
) -> pl.DataFrame:
    shares = np.array(AGENT_SHARES)
    shares[0] = shares[0] if prefetched else 0
    chosen = rng.choice(len(AGENTS), events.height, p=shares / shares.sum())
    return events.with_columns(AGENTS.gather(chosen).alias("user_agent"))


def draw_ids(rng: np.random.Generator, count: int) -> pl.Series:
    """Random ids that look like UUIDs."""
    digits = np.frombuffer(rng.bytes(16 * count).hex().encode(), np.uint8).reshape(count, 32)
    text = np.full((count, 36), ord("-"), np.uint8)
    for source, target, width in ((0, 0, 8), (8, 9, 4), (12, 14, 4), (16, 19, 4), (20, 24, 12)):
        text[:, target : target + width] = digits[:, source : source + width]
    offsets = np.arange(0, 36 * count + 1, 36, dtype=np.int64)
    ids = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text.data))
    return pl.Series("event_id", ids)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--compressed", action="store_true", help="sends and events as .zst")
    chosen = arguments.parse_args()
    print(generate(chosen.root, chosen.events, compressed=chosen.compressed))
