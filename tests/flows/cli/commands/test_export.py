"""`export`: published tables for other programs, in which no text is a formula."""

import csv
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.cli.app import main
from tests.support.commands import Call

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]

ROWS = pl.DataFrame(
    {
        "org_id": ["a", "a", "b"],
        "message_id": ["00123", "=1+1", None],
        "name": ['=HYPERLINK("http://x")', "-2", "@sum"],
        "clicks": [1, -2, None],
        "cost": [Decimal("12.5000"), None, Decimal("-0.0001")],
        "sent_at": [datetime(2026, 7, 1, 12, tzinfo=UTC), None, None],
        "date_day": [date(2026, 7, 1), None, None],
    },
    schema_overrides={"cost": pl.Decimal(18, 4), "sent_at": pl.Datetime("us", "UTC")},
)


@pytest.fixture
def published(workspace: Path, publish: Publish) -> Path:
    """A workspace with two tables, one of them without a row."""
    publish(workspace, {"email/message_report": ROWS, "ads/utm_audit": ROWS.clear()})
    return workspace


def test_csv_keeps_values_and_disarms_text(published: Path, tmp_path: Path) -> None:
    file = tmp_path / "out" / "report.csv"
    assert main(["export", str(published), "message_report", "--to", str(file)]) == 0
    with file.open(newline="") as lines:
        header, first, second, third = csv.reader(lines)
    assert header == ROWS.columns
    assert first[:5] == ["a", "00123", '\'=HYPERLINK("http://x")', "1", "12.5000"]
    assert first[5:] == ["2026-07-01T12:00:00Z", "2026-07-01"]
    assert second[1:4] == ["'=1+1", "'-2", "-2"]
    assert third[1:5] == ["", "'@sum", "", "-0.0001"]
    assert [path.name for path in file.parent.iterdir()] == ["report.csv"]


def test_excel_has_a_sheet_a_table_and_no_formula(published: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    names = ["message_report", "utm_audit"]
    assert main(["export", str(published), *names, "--to", str(file)]) == 0
    with zipfile.ZipFile(file) as parts:
        book = parts.read("xl/workbook.xml").decode()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert 'name="email message_report"' in book
    assert 'name="ads utm_audit"' in book
    assert "<f>" not in sheet
    assert "=HYPERLINK" in sheet
    assert "00123" in sheet
    assert "<v>12.5</v>" in sheet


def test_duckdb_has_the_same_values_and_types(published: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.duckdb"
    ask = ["export", str(published), "message_report", "utm_audit", "--to", str(file)]
    assert main(ask) == 0
    assert main(ask) == 0, "an older file is replaced"
    with duckdb.connect(str(file), read_only=True) as base:
        base.execute("SET TimeZone = 'UTC'")
        rows = base.sql("SELECT * EXCLUDE (sent_at) FROM email_message_report").fetchall()
        types = dict(
            base.sql("SELECT name, type FROM pragma_table_info('ads_utm_audit')").fetchall()
        )
    assert rows == ROWS.drop("sent_at").rows()
    assert (types["cost"], types["date_day"]) == ("DECIMAL(18,4)", "DATE")
    assert types["sent_at"] == "TIMESTAMP WITH TIME ZONE"


def test_one_organization_alone(published: Path, tmp_path: Path, call: Call) -> None:
    file = tmp_path / "b.csv"
    ask = ["export", str(published), "message_report", "--to", str(file), "--json", "--org"]
    assert json.loads(call(*ask, "b").out) == {
        "path": str(file),
        "tables": [{"table": "email/message_report", "rows": 1}],
    }
    assert len(file.read_text().splitlines()) == 2
    assert "Did you mean 'b'?" in call(*ask, "bb", code=2).err


def test_an_organization_without_a_row_in_a_table_gets_its_header(
    workspace: Path, publish: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_a = ROWS.filter(org_id="a")
    publish(workspace, {"email/message_report": ROWS, "sms/link_report": of_a})
    for tables in (["link_report"], ["link_report", "message_report"]):
        file = tmp_path / f"{len(tables)}.duckdb"
        assert main(["export", str(workspace), *tables, "--to", str(file), "--org", "b"]) == 0
        with duckdb.connect(str(file), read_only=True) as base:
            assert base.sql("SELECT * FROM sms_link_report").fetchall() == []
    assert "sms/link_report: 0 rows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["message_report", "--to", "out.txt"], ".csv, .xlsx, .duckdb"),
        (["message_report", "utm_audit", "--to", "out.csv"], "holds one table"),
        (["mesage_report", "--to", "out.csv"], "Did you mean"),
        (["order_touches", "--to", "out.csv"], "It needs a feed of orders"),
    ],
)
def test_what_cannot_be_exported_is_2_and_leaves_no_file(
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Call,
    arguments: list[str],
    says: str,
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert says in call("export", published, *arguments, code=2).err
    assert list((tmp_path / "here").iterdir()) == []
