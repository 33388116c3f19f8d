"""A run's summary in lines."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.announcements.run_summary import summarize_run
from flows.announcements.summary_lines import (
    SummaryLine,
    describe_spend,
    fit_lines,
    sum_changes,
)
from tests.support.publishing import publish_tables
from tests.support.workspaces import feed, write_workspace


def test_an_order_is_one_change_and_not_one_of_each_model() -> None:
    """7.50 under both models of the 3rd; on the 4th linear moved 1 of what last touch moved 2."""
    day = date(2026, 7, 3)
    models = [("last_touch", day, 7.5), ("linear", day, 7.5)]
    models += [("last_touch", date(2026, 7, 4), -2), ("linear", date(2026, 7, 4), -1)]
    changes = pl.LazyFrame(
        [
            {
                "report": "attribution/campaign_attribution",
                "key": f'{{"channel":"email","model":"{model}"}}',
                "date_day": at,
                "column": "revenue",
                "difference": difference,
                "reason": "late_rows",
                "files": "raw/o/b.csv",
            }
            for model, at, difference in models
        ]
    )
    summed = sum_changes(changes).select("date_day", "difference").collect()
    assert summed.rows() == [(day, 7.5), (date(2026, 7, 4), -2)]


def test_a_summary_of_few_lines_stays_as_it_is() -> None:
    lines = [SummaryLine("rows", "1"), *(SummaryLine("warning", str(n)) for n in range(9))]
    assert fit_lines(lines) == lines


def test_a_long_summary_keeps_the_first_of_each_kind() -> None:
    """Six lines of which three may be cut: warnings have what room is left, others one line."""
    lines = [
        SummaryLine("rows", "1"),
        *(SummaryLine("changed", f"change {n}") for n in range(3)),
        *(SummaryLine("warning", f"warning {n}") for n in range(3)),
        SummaryLine("warning", "and 7 kinds more", 7),
        SummaryLine("where", "here"),
    ]
    assert [f"{line.label}: {line.text}" for line in fit_lines(lines, 5)] == [
        "rows: 1",
        "changed: change 0 (\N{HORIZONTAL ELLIPSIS} and 2 more, all in run/changes)",
        "warning: warning 0",
        "warning: warning 1 (\N{HORIZONTAL ELLIPSIS} and 8 more, all in manifest.json)",
        "where: here",
    ]


def test_what_is_cut_off_is_named_by_its_kind() -> None:
    warnings = ["alias_unknown", "late", "late", "column_missing"]
    lines = [SummaryLine("warning", f"{n}", kinds=(code,)) for n, code in enumerate(warnings)]
    (line,) = fit_lines(lines, 1)
    assert line.text == (
        "0 (\N{HORIZONTAL ELLIPSIS} and 3 more: late, column_missing; all in manifest.json)"
    )


@pytest.mark.parametrize(
    ("column", "without", "said"),
    [
        ("spend", "[]", "10.00, the same over accounts, campaigns and ads"),
        ("note", '["spend"]', ""),
    ],
)
def test_a_spend_is_told_of_all_feeds_and_not_as_nothing_where_no_file_has_it(
    tmp_path: Path, column: str, without: str, said: str
) -> None:
    feeds = "".join(feed("ad_stats", f"raw/{one}.csv", without=without) for one in ("a", "b"))
    files = {
        f"raw/{platform}.csv": f"date_day,platform,campaign_id,clicks,{column}\n"
        f"2026-01-02,{platform},1,7,5\n".encode()
        for platform in ("a", "b")
    }
    root = write_workspace(tmp_path / "ws", feeds, files)
    assert describe_spend(summarize_run(root, publish_tables(root))) == said
