"""What the tests of the flows share: a workspace, and a way to publish tables in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import InputFile, Manifest, Warned
from flows.cli.app import main
from flows.storage.snapshots.publish import (
    hash_outputs,
    new_run_id,
    publish_snapshot,
    stage_snapshot,
)
from tests.support.commands import Call, Said

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]


@pytest.fixture
def report() -> pl.DataFrame:
    """Two messages with a column of every kind, the second all null."""
    return pl.DataFrame(
        {
            "message_id": ["m1", "m2"],
            "contact_id": ["101", "102"],
            "click_rate": [2 / 3, None],
            "cost": [Decimal("12.5000"), None],
            "first_sent_at": [datetime(2026, 7, 1, 12, tzinfo=UTC), None],
            "date_day": [date(2026, 7, 1), None],
        },
        schema_overrides={"cost": pl.Decimal(18, 4)},
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a configuration and nothing published."""
    root = tmp_path / "ws"
    root.mkdir()
    feed = '[[feeds]]\ntable = "contacts"\nfiles = "raw/contacts/*.csv"\n'
    (root / "campaigns.toml").write_text(feed)
    return root


@pytest.fixture
def publish() -> Publish:
    """Publish tables under their names, with one read file in the manifest."""
    return _publish


def _publish(root: Path, tables: dict[str, pl.DataFrame]) -> Manifest:
    run_id = new_run_id(datetime.now(UTC))
    staging = stage_snapshot(root, run_id)
    for name, table in tables.items():
        file = staging / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        table.write_parquet(file, metadata={"campaign_reports.grain": f"One row per {name}."})
    manifest = Manifest(
        run_id=run_id,
        started_at="2026-11-21T04:30:00Z",
        finished_at="2026-11-21T04:31:00Z",
        code_version="0",
        config_sha256="0",
        inputs=[
            InputFile(
                path="raw/contacts/a.csv",
                sha256="0",
                bytes=1,
                feed="contacts",
                table="contacts",
                rows_read=1200,
                accepted=1190,
                rejected=10,
            )
        ],
        outputs=hash_outputs(staging, run_id),
        reconciliation=[],
        warnings=[Warned(code="empty_file", message="raw/b.csv has no rows")],
    )
    publish_snapshot(root, staging, manifest)
    return manifest


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command, and hear what it says."""

    def call(*arguments: object, code: int = 0) -> Said:
        assert main([*map(str, arguments)]) == code
        return Said(*capsys.readouterr())

    return call
