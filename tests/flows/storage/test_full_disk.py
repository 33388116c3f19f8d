"""Issue 11.4: wherever the disk refuses, the run ends with 4, and says where and what helps."""

import re
from pathlib import Path

from flows.campaign_reports import campaign_reports
from flows.storage.layout import Layout
from tests.support.faults.forked_commands import Commands, Disturbance
from tests.support.workspaces import feed, write_workspace

ROWS = b"".join(
    b"2026-03-%02d,x,%d,%d.25\n" % (day, campaign, 7 * campaign + day)
    for day in range(1, 29)
    for campaign in range(40)
)
STATS = b"date_day,platform,campaign_id,spend\n" + ROWS


def tables(root: Path) -> dict[str, bytes]:
    latest = Layout(root).latest
    return {p.relative_to(latest).as_posix(): p.read_bytes() for p in latest.rglob("*.parquet")}


def test_a_file_too_large_for_the_disk(tmp_path: Path, commands: Commands) -> None:
    """Files of 2,000 bytes are too small for the ledger's parts, those of 12,000 for the tables."""
    files = {"raw/stats/1.csv": STATS}
    root = write_workspace(tmp_path / "ws", feed("ad_stats", "raw/stats/*"), files)
    campaign_reports.fn(str(root), wait_seconds=0)
    before = tables(root)
    (root / "raw/stats/1.csv").write_bytes(STATS + b"2026-04-01,x,1,1.00\n")
    for bytes_at_most in (2_000, 12_000):
        ended = commands.run(root, "run", disturbed=Disturbance(largest_file=bytes_at_most))
        assert ended.code == 4, ended.said
        assert re.search(r"storage failed while .*: File too large", ended.said)
        assert "Allow the process larger files (ulimit -f)." in ended.said
        assert "Traceback" not in ended.said
        assert tables(root) == before
    campaign_reports.fn(str(root), wait_seconds=0)
    after = tables(root)
    assert after.keys() == before.keys()
    assert after != before
