"""`explain --sum`: the raw rows of a sum over several rows of a table."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.cli.app import main
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_json_lines, feed, write_workspace

Ask = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of a campaign, and one of another."""
    stats = [
        {"platform": "google_ads", "campaign_id": campaign, "date_day": f"2026-01-0{day}"}
        | {"spend": spend, "clicks": day, "impressions": 10}
        for campaign, day, spend in [
            ("a", 1, "1.10"),
            ("a", 2, "2.20"),
            ("a", 3, "4.40"),
            ("b", 2, "8.80"),
        ]
    ]
    root = write_workspace(
        tmp_path_factory.mktemp("sums") / "ws",
        feed("ad_stats", "raw/*.jsonl"),
        {"raw/stats.jsonl": as_json_lines(stats)},
    )
    publish_tables(root)
    return root


@pytest.fixture
def ask(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Ask for a sum: the exit code, the answer and what is told."""

    def asked(column: str, *key: str) -> tuple[int, dict[str, Any], str]:
        keys = [part for one in key for part in ("--key", one)]
        words = ["explain", str(workspace), "ads/campaign_performance", *keys]
        code = main([*words, "--column", column, "--sum", "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if code == 0 else {}, err

    return asked


@pytest.mark.parametrize(
    ("key", "column", "value", "rows"),
    [
        ((), "spend", 16.5, [1, 2, 3, 4]),
        (("campaign_id=a",), "spend", 7.7, [1, 2, 3]),
        (("date_day=2026-01-02..2026-01-09",), "spend", 15.4, [2, 3, 4]),
        (("date_day=2026-01-02..2026-01-03", "campaign_id=a"), "clicks", 5, [2, 3]),
    ],
)
def test_a_sum_is_that_of_the_raw_rows(
    ask: Ask, key: tuple[str, ...], column: str, value: float, rows: list[int]
) -> None:
    code, said, _ = ask(column, *key)
    assert (code, said["value"], said["rows_total"]) == (0, value, len(rows))
    assert sorted(row["row_number"] for row in said["rows"]) == rows
    assert sum(float(row["counts"]) for row in said["rows"]) == pytest.approx(value)


@pytest.mark.parametrize(
    ("key", "column", "says"),
    [
        ((), "ctr", "has no sum"),
        (("campaign_id=c",), "spend", "no row with campaign_id as given"),
        (("campaign=a",), "spend", "no column 'campaign'"),
        (("date_day=2026-01-02..soon",), "spend", "not of its type"),
    ],
)
def test_what_has_no_sum_is_told(ask: Ask, key: tuple[str, ...], column: str, says: str) -> None:
    code, _, err = ask(column, *key)
    assert code == 2
    assert says in err


@pytest.mark.parametrize(
    ("table", "column", "fixed", "apart"),
    [
        (
            "attribution/channel_attribution",
            "revenue",
            ("model=linear", "date_day=2026-01-05..2026-01-09"),
            "model",
        ),
        ("campaigns/hierarchy_report", "sends", ("level=message",), "level"),
        ("people/list_growth", "size", ("date_day=2026-01-05",), "date_day"),
    ],
)
def test_what_is_told_again_is_not_added_up(
    published_sample: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    table: str,
    column: str,
    fixed: tuple[str, ...],
    apart: str,
) -> None:
    words = ["explain", str(published_sample("journeys")), table, "--column", column, "--sum"]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert f"{table}.{column} has no sum over several values of '{apart}'" in told
    assert main([*words, *(part for one in fixed for part in ("--key", one))]) == 0
