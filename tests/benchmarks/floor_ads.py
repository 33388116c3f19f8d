"""The floor of the ads reports: a bare scan and write of the columns that they are made of."""

import argparse
from pathlib import Path

import polars as pl

COLUMNS = {
    "sessions/*": (
        "session_id",
        "started_at",
        "contact_id",
        "landing_url",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
    ),
    "ads": ("platform", "account_id", "campaign_id", "campaign_name", "ad_id", "ad_name"),
    "ad_stats": (
        "date_day",
        "platform",
        "account_id",
        "campaign_id",
        "ad_group_id",
        "ad_id",
        "clicks",
        "impressions",
        "spend",
        "conversions",
    ),
}


def scan_and_write(root: Path) -> None:
    """Stream each feed's columns into one Parquet file."""
    (root / "floor").mkdir(exist_ok=True)
    for table, names in COLUMNS.items():
        pl.scan_parquet(root / f"raw/{table}.parquet").select(names).sink_parquet(
            root / f"floor/{table.partition('/')[0]}.parquet",
            compression="zstd",
            compression_level=1,
        )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("mode", choices=("start", "whole"))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    if chosen.mode == "whole":
        scan_and_write(chosen.root)
