"""A snapshot described in the standard ways, as the standards' own tools read it."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
import yaml
from frictionless import Package
from open_data_contract_standard.model import OpenDataContractStandard

from contracts.columns import descriptions
from contracts.manifest import Manifest
from contracts.reports.ads import CampaignPerformance
from flows.descriptions.standard_forms import write_descriptions
from flows.storage.snapshots.publish import hash_outputs
from tests.support.publishing import publish
from tests.support.workspaces import Ran

STATS = [
    {"platform": "google_ads", "campaign_id": "1", "campaign_name": "Über", "spend": "1.5"}
    | {"date_day": f"2026-01-0{day}"}
    for day in (1, 2)
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return publish(tmp_path_factory.mktemp("described"), ad_stats=STATS)


@pytest.fixture(scope="module")
def snapshot(ran: Ran) -> Path:
    """The run as a published snapshot of a workspace."""
    workspace = ran.folder.parent / "published"
    folder = workspace / "reports/snapshots/r1"
    shutil.copytree(ran.folder, folder)
    manifest = Manifest(
        run_id="r1",
        started_at="2026-01-01T00:00:00Z",
        finished_at="2026-01-01T00:00:01Z",
        code_version="0.1.0",
        config_sha256="",
        inputs=[],
        outputs=hash_outputs(folder, "r1"),
        reconciliation=[],
        warnings=[],
    )
    write_descriptions(folder, manifest)
    (workspace / "reports/current.json").write_text(json.dumps({"snapshot": "snapshots/r1"}))
    return folder


def test_frictionless_finds_the_package_valid(snapshot: Path) -> None:
    package = Package(str(snapshot / "datapackage.json"))
    metadata_errors = list(Package.metadata_validate(package.to_descriptor()))
    assert metadata_errors == []
    resource = package.get_resource("ads_campaign_performance")
    assert resource.path == "ads/campaign_performance.parquet"
    assert resource.bytes == (snapshot / resource.path).stat().st_size
    assert resource.schema.primary_key[:2] == ["org_id", "date_day"]
    assert resource.schema.get_field("spend").type == "number"


def test_every_contract_is_one_of_the_standard(snapshot: Path) -> None:
    contracts = sorted((snapshot / "contracts").glob("*.odcs.yaml"))
    tables = {path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*.parquet")}
    assert len(contracts) == len(tables)
    for path in contracts:
        contract = OpenDataContractStandard.from_string(path.read_text(encoding="utf-8"))
        assert contract.kind == "DataContract"
        assert contract.schema_ is not None
        [table] = contract.schema_
        names = [one.name for one in table.properties or []]
        assert names == pl.read_parquet(snapshot / str(table.physicalName)).columns


@pytest.mark.parametrize("place", ["", "reports", "reports/snapshots/r1"])
def test_duckdb_reads_through_the_pointer(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(snapshot.parents[2] / place)
    with duckdb.connect() as connection:
        connection.execute((snapshot / "views.sql").read_text(encoding="utf-8"))
        query = "SELECT sum(spend) FROM ads_campaign_performance"
        assert connection.sql(query).fetchall() == [(Decimal("3.0000"),)]


def test_duckdb_says_where_views_are_to_be_read(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as connection, pytest.raises(duckdb.Error, match="in the workspace, in"):
        connection.execute((snapshot / "views.sql").read_text(encoding="utf-8"))


def test_dbt_sources_name_every_table_and_column(snapshot: Path) -> None:
    [source] = yaml.safe_load((snapshot / "sources.yml").read_text(encoding="utf-8"))["sources"]
    tables = {table["name"]: table for table in source["tables"]}
    columns = [column["name"] for column in tables["ads_campaign_performance"]["columns"]]
    assert columns == pl.read_parquet(snapshot / "ads/campaign_performance.parquet").columns
    location = tables["ads_campaign_performance"]["config"]["meta"]["external_location"]
    assert location == "read_parquet('reports/latest/ads/campaign_performance.parquet')"


def test_columns_of_the_parquet_are_described(snapshot: Path) -> None:
    schema = pq.read_schema(snapshot / "ads/campaign_performance.parquet")
    told = {field.name: (field.metadata or {}).get(b"description") for field in schema}
    assert told == {name: text.encode() for name, text in descriptions(CampaignPerformance).items()}
