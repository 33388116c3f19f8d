"""The generated campaigns, dispatches, messages and contacts, and what all generators do alike."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

MESSAGES, CAMPAIGNS, DISPATCHES = 200, 40, 100
START = int(datetime.fromisoformat("2026-01-05T09:00:00+00:00").timestamp())
DAYS = 90


def generate_once(root: Path, write: Callable[[], Any]) -> Any:
    """Have a folder written anew, unless it is there already; what `write` told is kept in it."""
    done = root / "generated.json"
    if not done.exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        done.write_text(json.dumps(write()))
    return json.loads(done.read_text())


def write_assets(folder: Path) -> dict[str, int]:
    """Write campaigns, dispatches and messages."""
    campaigns = pl.DataFrame({"n": range(CAMPAIGNS)}).select(
        campaign_id=numbered("cmp-{}", pl.col("n"), 3),
        name=pl.format("Campaign no. {}", "n"),
        channel=pl.lit("email"),
        status=pl.lit("sent"),
        sent_at=stamp(START + pl.col("n") * (DAYS * 86_400 // CAMPAIGNS)),
    )
    dispatches = pl.DataFrame({"n": range(DISPATCHES)}).select(
        dispatch_id=numbered("dsp-{}", pl.col("n"), 3),
        name=pl.format("Dispatch no. {}", "n"),
        campaign_id=numbered("cmp-{}", pl.col("n") * CAMPAIGNS // DISPATCHES, 3),
        channel=pl.lit("email"),
    )
    messages = pl.DataFrame({"n": range(MESSAGES)}).select(
        message_id=numbered("msg-{}", pl.col("n"), 4),
        name=pl.format("Message no. {}, as it was sent", "n"),
        dispatch_id=numbered("dsp-{}", pl.col("n") * DISPATCHES // MESSAGES, 3),
        channel=pl.lit("email"),
        variant=pl.when(pl.col("n") % 2 == 0).then(pl.lit("A")).otherwise(pl.lit("B")),
        cost=pl.format("{}.25", pl.col("n") * 3),
        currency=pl.lit("USD"),
    )
    tables = {"campaigns": campaigns, "dispatches": dispatches, "messages": messages}
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    return {name: table.height for name, table in tables.items()}


def write_contacts(folder: Path, count: int) -> int:
    """Write the contacts, a million a file."""
    for place, first in enumerate(range(0, count, 1_000_000)):
        last = min(first + 1_000_000, count)
        pl.select(n=pl.int_range(first, last)).select(
            contact_id=numbered("c-{}", pl.col("n"), 9),
            email=pl.format("person.{}@example.com", "n"),
            first_name=pl.format("Name{}", pl.col("n") % 997),
            last_name=pl.format("Family{}", pl.col("n") % 9973),
            created_at=stamp(START - 86_400 * 30 - pl.col("n") % 1_000_000),
            updated_at=stamp(START - pl.col("n") % 1_000_000),
        ).write_csv(folder / f"contacts-{place:03}.csv")
    return count


def numbered(form: str, number: pl.Expr, width: int) -> pl.Expr:
    """An id with a number in it."""
    return pl.format(form, number.cast(pl.String).str.zfill(width))


def stamp(seconds: pl.Expr) -> pl.Expr:
    """Unix seconds as an ISO 8601 stamp in UTC."""
    return pl.from_epoch(seconds, time_unit="s").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
