"""Raw feed files row by row, and what a row by itself gives to a figure: plain Python."""

import csv
import gzip
import io
import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

Record = dict[str, Any]
HEADERS = {
    "spend": ("spend", "Cost"),
    "clicks": ("clicks", "Clicks", "Total Clicks"),
    "impressions": ("impressions", "Impr."),
    "conversions": ("conversions",),
    "conversions_value": ("conversions_value",),
    "sends": ("Total Recipients",),
    "delivered": ("Successful Deliveries",),
    "opens": ("Total Opens",),
    "unique_opens": ("Unique Opens",),
    "unique_clicks": ("Unique Clicks",),
    "bounced": ("Total Bounces",),
    "unsubscribes": ("Unsubscribes",),
    "complaints": ("Abuse Complaints",),
    "orders": ("Total Orders",),
    "revenue": ("Total Revenue",),
    "cost": ("cost", "Cost"),
    "contact_count": ("contact_count",),
}
"""Figure -> what its column is called in the files of the samples."""
MONEY = ("spend", "conversions_value", "revenue", "cost")
SPEND = ("cost", "difference")
"""Figures of rows of ad stats that are their spend, beside those that are called so."""
SAYS = {
    "opens": ("open",),
    "clicks": ("click",),
    "unsubscri": ("unsubscri",),
    "compl": ("complain",),
    "repl": ("repl",),
}
"""Part of a column's name -> parts of the event types that it counts."""
TYPES = ("event_type", "Type")
HALF_A_STEP = Decimal("0.00005")


class RawFiles:
    """The raw files of a workspace."""

    def __init__(self, root: Path) -> None:
        self.root = root
        config = tomllib.loads((root / "campaigns.toml").read_text("utf-8"))
        self.zone = ZoneInfo(config["workspace"].get("timezone", "UTC"))
        self.currency = config["workspace"].get("currency", "USD")
        file = root / "raw/exchange_rates.csv"
        self.rates = [
            (row["currency"], date.fromisoformat(row["date_day"]), Decimal(row["rate"]))
            for row in (read_file(file) if file.exists() else ())
        ]

    def find(self, row: Mapping[str, Any]) -> Record:
        """The record that a row of an explanation names, by file and number from 1."""
        return read_file(self.root / row["file"])[row["row_number"] - 1]

    def is_own(self, row: Mapping[str, Any], column: str) -> bool:
        """Whether a record gives by itself what an explanation says that it counts in a column.

        A row may count nothing: whether it should, the sum of all rows shows.
        """
        record, counts = self.find(row), Decimal(row["counts"])
        table = row["table"]
        if table == "orders":
            return self._is_of_order(record, counts, column)
        if table == "events" and abs(counts) == 1:
            return says(record, row["file"], column)
        name = find_figure(table, column)
        if name is None:
            return counts in (-1, 0, 1)
        said = [record[header] for header in HEADERS[name] if record.get(header) not in (None, "")]
        own = Decimal(str(said[0]).replace(",", "")) if said else Decimal(0)
        if name in MONEY:
            own *= self.rate(record.get("currency"), find_day(record, self.zone))
        return counts in (0, own, -own) or ("rounding" in row["because"] and is_near(counts, own))

    def _is_of_order(self, record: Record, counts: Decimal, column: str) -> bool:
        """An order counts 1 or a share of it, or what it brought or a share of that."""
        amount = Decimal(str(record["revenue"]))
        if record["refund_of"]:
            amount = -abs(amount)
        else:
            amount -= abs(Decimal(record["refunded"] or 0))
        whole = amount * self.rate(record["currency"], find_day(record, self.zone))
        if "revenue" not in column:
            return 0 <= counts <= 1
        if column in ("revenue", "order_revenue") and is_near(counts, whole):
            return True
        return min(0, whole) - HALF_A_STEP <= counts <= max(0, whole) + HALF_A_STEP

    def rate(self, currency: str | None, day: date | None) -> Decimal:
        """What one unit of a currency is worth on a day: by the last rate until then."""
        if currency in (None, "", self.currency) or day is None:
            return Decimal(1)
        return max((at, rate) for name, at, rate in self.rates if name == currency and at <= day)[1]


def is_near(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts differ by no more than what rounding to four places changes."""
    return abs(one - other) <= HALF_A_STEP


def find_figure(table: str, column: str) -> str | None:
    """Which number of a row of a table a column adds up; None where rows are counted."""
    name = column.removeprefix("reported_")
    if table in ("ad_stats", "ad_breakdowns"):
        name = "spend" if "spend" in name or name in SPEND else name
    elif table not in ("message_stats", "messages", "segments"):
        return None
    return name if name in HEADERS else None


def says(record: Record, file: str, column: str) -> bool:
    """Whether an event is of a kind that a column counts; a file may be of one kind alone."""
    words = next((words for part, words in SAYS.items() if part in column), ())
    kind = next((str(record[name]) for name in TYPES if name in record), file).lower()
    return not words or any(word in kind for word in words)


def find_day(record: Record, zone: ZoneInfo) -> date | None:
    """The reporting day of a record of money."""
    if said := record.get("date_day"):
        return date.fromisoformat(str(said))
    said = record.get("ordered_at")
    return datetime.fromisoformat(said).astimezone(zone).date() if said else None


@cache
def read_file(path: Path) -> list[Record]:
    """The records of a file, in their order."""
    if ".parquet" in path.suffixes:
        return pq.read_table(path).to_pylist()
    whole = decode(decompress(path))
    if ".jsonl" in path.suffixes:
        return [parse_line(line) for line in whole.splitlines() if line.strip()]
    if ".json" in path.suffixes:
        return json.loads(whole, parse_float=Decimal)
    header = whole.split("\n", 1)[0]
    delimiter = max("\t;|,", key=header.count)
    rows = [row for row in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter) if row]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def parse_line(line: str) -> Record:
    """A record of JSON Lines; one that is none has no cells."""
    try:
        return json.loads(line, parse_float=Decimal)
    except ValueError:
        return {}


def decompress(path: Path) -> bytes:
    """The bytes of a file as they are without its compression."""
    if path.suffix == ".zst":
        with pa.input_stream(path, compression="zstd") as stream:
            return stream.read()
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def decode(raw: bytes) -> str:
    """The text of bytes in UTF-16 or UTF-8 by their mark, else UTF-8, else Latin-1."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
