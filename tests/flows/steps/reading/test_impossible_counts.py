"""A provider's summary that says more than can be (SPEC §6.1, provider_report)."""

from pathlib import Path

import pytest

from tests.support.workspaces import feed, read_files

HEADER = "channel,message_id,date_day,sends,delivered,unique_opens,unique_clicks\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("email,m,,1000,990,990,990", []),
        ("email,m,,1000,990,4000,50", [1]),
        ("email,m,,1000,990,,991", [1]),
        ("email,m,,1000,1001,,", [1]),
        ("email,m,,1000,,1001,", [1]),
        ("email,m,,,,10,5", []),
        ("email,m,2026-01-31,0,0,12,3", []),
    ],
)
def test_more_opens_than_mails_are_told(tmp_path: Path, row: str, told: list[int]) -> None:
    """An open rate of 4 would be published without a word; on a day, mails of others are opened."""
    toml = feed("message_stats", "raw/m.csv")
    read = read_files(tmp_path, toml, {"raw/m.csv": (HEADER + row + "\n").encode()})
    assert [one.count for one in read.warnings if one.code == "more_than_sent"] == told
