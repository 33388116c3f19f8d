import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import polars as pl
import pytest

from contracts.channels import RunChannels
from contracts.columns import key
from flows.ingest import file_ingest, send_key_files
from flows.readers import open_feed
from flows.report_tables import find_table
from flows.steps.messaging import key_files, send_facts
from tests.oracles.expected_facts import World
from tests.oracles.expected_messages import REPORTED, Row
from tests.oracles.expected_overviews import Overviews
from tests.oracles.expected_reports import COUNTS, Report
from tests.support.generated import Rows, draw_tables
from tests.support.workspaces import (
    Ran,
    as_csv,
    as_json_lines,
    feed,
    run_workspace,
    write_workspace,
)

ZONES = {1: "UTC", 2: "Europe/Paris", 3: "America/New_York"}
"""The time zone in which the world of a seed is reported."""


def as_text(row: Row) -> dict[str, Any]:
    return {
        name: cell
        if isinstance(cell, bool | int | str)
        else str(cell)
        if isinstance(cell, Decimal)
        else cell.isoformat().replace("+00:00", "Z")
        for name, cell in row.items()
        if cell is not None
    }


def write(root: Path, tables: Rows, zone: str, order: Random | None = None) -> Path:
    """A workspace of the tables; with `order`, in shuffled rows, files and formats."""
    files: dict[str, bytes] = {}
    for table, rows in tables.items():
        shuffled = [as_text(row) for row in rows]
        columns = list(dict.fromkeys(name for row in shuffled for name in row))
        parts = [shuffled]
        if order:
            order.shuffle(shuffled)
            cut = order.randrange(len(shuffled) + 1)
            parts = [shuffled[:cut], shuffled[cut:]]
        for number, part in enumerate(parts):
            if part and (order is None or order.random() < 0.5):
                files[f"raw/{table}/{number}.jsonl"] = as_json_lines(part)
            elif part:
                files[f"raw/{table}/{number}.csv"] = as_csv(part, columns)
    toml = f'[workspace]\ntimezone = "{zone}"\n' + "".join(
        feed(table, f"raw/{table}/*") for table in tables
    )
    return write_workspace(root, toml, files)


def got(ran: Ran, group: str, name: str) -> Report:
    table = ran.table(group, name)
    assert table.columns == list(find_table(group, name).contract.to_schema().columns)
    names = key(find_table(group, name).contract)
    rows = {}
    for row in table.iter_rows(named=True):
        if row.get("attributes") is not None:
            row["attributes"] = json.loads(row["attributes"])
        rows[tuple(row[n] for n in names)] = row
    return rows


def expectations(world: World) -> Iterator[tuple[str, str, Callable[[], Report]]]:
    expected = Overviews(world)
    for channel in REPORTED:
        for level in ("campaign", "dispatch", "message"):
            yield channel, f"{level}_report", lambda c=channel, at=level: expected.level(c, at)
        yield channel, "daily_report", lambda c=channel: expected.daily(c)
        yield channel, "channel_report", lambda c=channel: expected.by_day(c)
        yield channel, "link_report", lambda c=channel: expected.links(c)
    yield "email", "domain_report", expected.domains
    yield "campaigns", "hierarchy_report", expected.hierarchy
    yield "campaigns", "delivery_summary", expected.deliveries
    yield "people", "contact_report", expected.contacts
    yield "people", "segment_report", expected.segments


def differences(actual: Report, expected: Report) -> list[str]:
    lacking = [f"lacks {k}: {expected[k]}" for k in expected.keys() - actual.keys()]
    beyond = [f"has {k}: {actual[k]}" for k in actual.keys() - expected.keys()]
    cells = [
        f"{k} {name}: {actual[k].get(name)!r}, not {cell!r}"
        for k in expected.keys() & actual.keys()
        for name, cell in expected[k].items()
        if actual[k].get(name) != cell
    ]
    unstated = [
        f"{k}: {set(actual[k]) - set(expected[k])}"
        for k in expected.keys() & actual.keys()
        if set(actual[k]) - set(expected[k])
    ]
    return sorted(lacking + beyond + cells + unstated)


class Drawn(NamedTuple):
    """A drawn world, and what a run of it gave."""

    tables: Rows
    zone: str
    place: Path
    ran: Ran


@pytest.fixture(scope="module")
def draw(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Drawn]:
    """Runs the world of a seed, once."""

    @cache
    def run(seed: int) -> Drawn:
        tables, zone = draw_tables(seed), ZONES[seed]
        place = tmp_path_factory.mktemp("drawn")
        ran = run_workspace(write(place / "workspace", tables, zone), place / "out")
        return Drawn(tables, zone, place, ran)

    return run


@pytest.fixture(scope="module", params=ZONES)
def drawn(request: pytest.FixtureRequest, draw: Callable[[int], Drawn]) -> Drawn:
    return draw(request.param)


def test_every_cell_is_what_the_specification_says(drawn: Drawn) -> None:
    tables, zone, _, ran = drawn
    found = {
        f"{group}/{name}": wrong
        for group, name, expected in expectations(World(tables, zone))
        if (wrong := differences(got(ran, group, name), expected()))
    }
    assert found == {}


def test_days_and_levels_add_up(drawn: Drawn) -> None:
    ran = drawn.ran

    figures = pl.col(*COUNTS, "cost")

    def totals(group: str, name: str, by: str) -> list[dict[str, Any]]:
        sums = ran.table(group, name).group_by("org_id", by).agg(figures.sum())
        return sums.filter(pl.any_horizontal(figures != 0)).sort("org_id", by).to_dicts()

    for channel in REPORTED:
        whole = totals(channel, "message_report", "message_id")
        assert totals(channel, "daily_report", "message_id") == whole
        whole = totals(channel, "message_report", "campaign_id")
        assert totals(channel, "campaign_report", "campaign_id") == whole
        whole = totals(channel, "message_report", "dispatch_id")
        assert totals(channel, "dispatch_report", "dispatch_id") == whole
    levels = ran.table("campaigns", "hierarchy_report").group_by("level", "org_id")
    sums = levels.agg(figures.sum()).drop("level").unique()
    assert sums.get_column("org_id").is_unique().all()


def test_no_rate_over_sends_exceeds_one(drawn: Drawn) -> None:
    """Nor does one over deliveries where no row contradicts its events."""
    ran = drawn.ran
    over_sends = ["delivery_rate", "bounce_rate", "open_rate_of_sends", "click_rate_of_sends"]
    for channel in REPORTED:
        rows = ran.table(channel, "message_report")
        assert rows.select(pl.col(over_sends).max().fill_null(0) <= 1).row(0) == (True,) * 4
        rest = rows.filter(pl.col("bounced") + pl.col("failed") == 0).get_column("open_rate")
        assert (rest.fill_null(0) <= 1).all()


def test_order_of_rows_files_and_formats_does_not_matter(
    draw: Callable[[int], Drawn], tmp_path: Path
) -> None:
    tables, zone, _, ran = draw(1)
    again = write(tmp_path / "workspace", tables, zone, Random(zone))  # noqa: S311 (no secret is drawn)
    assert run_workspace(again, tmp_path / "out").tables() == ran.tables()


def test_many_batches_and_groups_of_buckets_give_what_one_gives(
    draw: Callable[[int], Drawn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, place, ran = draw(2)
    monkeypatch.setattr(key_files, "ROWS_A_GROUP", 60)
    monkeypatch.setattr(send_key_files, "SMALL", 0)
    monkeypatch.setattr(send_key_files, "FLUSH_BYTES", 1)
    monkeypatch.setattr(file_ingest, "open_feed", partial(open_feed, batch_bytes=6000))
    assert run_workspace(place / "workspace", tmp_path / "out").tables() == ran.tables()


@pytest.fixture(scope="module", params=[False, True], ids=["sends", "events alone"])
def whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rows, Path, dict[str, bytes]]:
    """Tables with sends or without, their workspace, and what one group of buckets gives."""
    tables = draw_tables(6, 4)
    if request.param:
        del tables["sends"]
    place = tmp_path_factory.mktemp("whole")
    workspace = write(place / "workspace", tables, "UTC")
    return tables, workspace, run_workspace(workspace, place / "out").tables()


def test_little_memory_cuts_buckets_into_groups_that_give_the_same(
    whole: tuple[Rows, Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, workspace, expected = whole
    rows = sum(len(tables.get(name, [])) for name in ("sends", "events"))
    for module in (key_files, send_key_files):
        monkeypatch.setattr(module, "BUCKETS", 4)
    monkeypatch.setattr(send_facts, "ROWS_A_PART", rows // 3)
    monkeypatch.setattr(send_facts, "count_at_once", lambda _run, _: rows // 7)
    monkeypatch.setattr(send_key_files, "SMALL", 0)
    ran = run_workspace(workspace, tmp_path / "groups")
    assert ran.tables() == expected
    assert (
        key_files.KeyFiles.of(ran.read.catalog, RunChannels(), pl.DataFrame(), rows // 7).groups
        == 8
    )
    assert len(list((tmp_path / "groups" / "scratch").rglob("contacts-*.arrow"))) > 3


@pytest.mark.parametrize("whole", [True], ids=["events alone"], indirect=True)
def test_small_groups_of_events_alone_give_what_one_gives(
    whole: tuple[Rows, Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, workspace, expected = whole
    monkeypatch.setattr(key_files, "ROWS_A_GROUP", 20)
    monkeypatch.setattr(send_key_files, "SMALL", 0)
    assert run_workspace(workspace, tmp_path / "groups").tables() == expected


def test_a_second_run_writes_the_same_bytes(draw: Callable[[int], Drawn], tmp_path: Path) -> None:
    """From what the ledger keeps of the files, and nothing else."""
    _, _, place, first = draw(1)
    shutil.copytree(place / "out/ledger", tmp_path / "out/ledger")
    second = run_workspace(place / "workspace", tmp_path / "out")
    assert second.tables() == first.tables()
    assert first.read.inputs == second.read.inputs
