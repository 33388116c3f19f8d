"""Whether a feed delivered when and as much as expected: instants and rows by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.manifest import InputFile, Manifest
from flows.config.loading import load_workspace
from flows.errors import DataRefused
from flows.progress import silence
from flows.steps.reading.feed_guards import end_of
from flows.steps.reading.read_feeds import FeedsRead, read_feeds
from flows.steps.reading.refusals import find_refusal
from tests.support.workspaces import feed, write_workspace

ORDERS = b"order_id,ordered_at,revenue\no1,2026-01-30T12:00:00Z,5\n"
STATS = b"date_day,platform,campaign_id,spend\n2026-01-30,google_ads,c1,5\n"


def read(place: Path, toml: str, files: dict[str, bytes], now: str) -> FeedsRead:
    root = write_workspace(place / "ws", toml, files)
    started = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return read_feeds(load_workspace(root, environ={}), place / "ledger", silence, started)


def codes(found: FeedsRead) -> list[str]:
    return [one.code for state in found.states for one in state.warnings]


@pytest.mark.parametrize(
    ("now", "late"), [("2026-01-31T12:00:00", False), ("2026-01-31T12:00:01", True)]
)
def test_a_stamp_counts_from_its_instant(tmp_path: Path, now: str, *, late: bool) -> None:
    toml = feed("orders", "raw/orders/*", expect_every='"1d"')
    found = read(tmp_path, toml, {"raw/orders/1.csv": ORDERS}, now)
    assert codes(found) == (["late"] if late else [])
    assert [one.count for one in found.warnings if one.code == "late"] == ([1] if late else [])
    assert [state.is_late for state in found.states] == [late]


@pytest.mark.parametrize(
    ("now", "late"), [("2026-02-01T05:00:00", False), ("2026-02-01T05:00:01", True)]
)
def test_a_day_counts_from_its_end_in_the_reporting_zone(
    tmp_path: Path, now: str, *, late: bool
) -> None:
    """30 January ends in New York at 05:00 UTC of the 31st; a day later it is late."""
    toml = '[workspace]\ntimezone = "America/New_York"\n' + feed(
        "ad_stats", "raw/stats/*", expect_every='"1d"'
    )
    found = read(tmp_path, toml, {"raw/stats/1.csv": STATS}, now)
    assert codes(found) == (["late"] if late else [])


def test_no_file_is_late_and_on_late_decides(tmp_path: Path) -> None:
    toml = feed("ad_stats", "raw/stats/*") + feed(
        "orders", "raw/orders/*", expect_every='"1w"', on_late='"fail"'
    )
    found = read(tmp_path, toml, {"raw/stats/1.csv": STATS}, "2026-01-31T00:00:00")
    assert codes(found) == ["late"]
    problem = find_refusal(found, load_workspace(tmp_path / "ws", environ={}).config)
    assert isinstance(problem, DataRefused)
    assert problem.exit_code == 3
    assert "no file matches raw/orders/*" in problem.message


def test_files_without_a_row_are_late(tmp_path: Path) -> None:
    toml = feed("orders", "raw/orders/*", expect_every='"1d"')
    header = ORDERS.splitlines(keepends=True)[0]
    found = read(tmp_path, toml, {"raw/orders/1.csv": header}, "2026-01-31T00:00:00")
    (told,) = [one for one in found.warnings if one.code == "late"]
    assert "no file that matches raw/orders/* has a row" in told.message


def test_rows_that_say_no_time_are_not_late(tmp_path: Path) -> None:
    toml = feed("orders", "raw/orders/*") + feed("contacts", "raw/c/*", expect_every='"1d"')
    files = {"raw/orders/1.csv": ORDERS, "raw/c/1.csv": b"contact_id\nc1\n"}
    found = read(tmp_path, toml, files, "2026-01-31T00:00:00")
    assert codes(found) == []


def test_a_feed_of_which_nothing_is_expected_is_never_late(tmp_path: Path) -> None:
    toml = feed("orders", "raw/orders/*")
    found = read(tmp_path, toml, {"raw/orders/1.csv": ORDERS}, "2036-01-31T00:00:00")
    assert codes(found) == []


def publish_inputs(root: Path, run_id: str, rows: dict[str, int]) -> None:
    """A kept snapshot that read files of the feed orders: hash -> rows."""
    inputs = [
        InputFile(
            path=f"raw/orders/{sha}.csv",
            sha256=sha,
            bytes=1,
            feed="orders",
            table="orders",
            rows_read=count,
        )
        for sha, count in rows.items()
    ]
    name = f"2026012{run_id}T000000Z-00000{run_id}"
    manifest = Manifest(
        run_id=name,
        started_at="",
        finished_at="",
        code_version="",
        config_sha256="",
        inputs=inputs,
        outputs=[],
        reconciliation=[],
        warnings=[],
    )
    folder = root / "reports/snapshots" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest.model_dump_json())


@pytest.mark.parametrize(
    ("settings", "rows", "broken"),
    [
        ({"max_drop": "0.5"}, 4, ["rows_dropped"]),
        ({"max_drop": "0.5"}, 5, []),
        ({"min_rows": "6"}, 5, ["few_rows"]),
        ({"min_rows": "6"}, 6, []),
        ({}, 1, []),
    ],
)
def test_new_rows_against_the_usual_ones(
    tmp_path: Path, settings: dict[str, str], rows: int, broken: list[str]
) -> None:
    """New rows of three runs: 10, then 8 (of 18), then 100; their median is 10, half of it 5."""
    root = tmp_path / "ws"
    publish_inputs(root, "1", {"a": 10})
    publish_inputs(root, "2", {"a": 10, "b": 8})
    publish_inputs(root, "3", {"a": 10, "b": 8, "c": 100})
    publish_inputs(root, "4", {"a": 10, "b": 8, "c": 100})
    lines = [f"o{at},2026-01-30T12:00:00Z,5" for at in range(rows)]
    content = "\n".join(["order_id,ordered_at,revenue", *lines, ""]).encode()
    toml = feed("orders", "raw/orders/*", **settings)
    found = read(tmp_path, toml, {"raw/orders/1.csv": content}, "2026-01-31T00:00:00")
    (state,) = found.states
    assert [(one.code, one.count) for one in state.warnings] == [(code, rows) for code in broken]
    assert all("10 are usual" in one.message for one in state.warnings if "max_drop" in settings)


def test_a_run_without_new_files_breaks_no_guard(tmp_path: Path) -> None:
    toml = feed("orders", "raw/orders/*", min_rows="100")
    first = read(tmp_path, toml, {"raw/orders/1.csv": ORDERS}, "2026-01-31T00:00:00")
    publish_inputs(tmp_path / "ws", "1", {first.catalog.files[0].sha256: 1})
    again = read(tmp_path, toml, {}, "2026-01-31T00:00:00")
    assert (codes(first), codes(again)) == (["few_rows"], [])


@pytest.mark.parametrize("pattern", ["raw/orders/*.csv", "raw/orders/1.csv", "raw/**/1.csv"])
def test_a_folder_that_is_gone_stops_the_run(tmp_path: Path, pattern: str) -> None:
    """A share that is not mounted must not publish 0 orders."""
    root = write_workspace(tmp_path / "ws", feed("orders", pattern), {})
    for folder in ("raw/orders", "raw"):
        if (root / folder).exists():
            (root / folder).rmdir()
    with pytest.raises(DataRefused) as told:
        read_feeds(load_workspace(root, environ={}), tmp_path / "ledger", silence)
    assert "is gone" in told.value.message
    assert told.value.exit_code == 3


def test_the_end_of_a_day_and_of_a_stamp() -> None:
    assert end_of("2026-01-30", "UTC") == datetime(2026, 1, 31, tzinfo=UTC)
    assert end_of("9999-12-31", "America/New_York").year == 9999
    assert end_of("2026-01-30T12:00:00Z", "Asia/Tokyo") == datetime(2026, 1, 30, 12, tzinfo=UTC)
