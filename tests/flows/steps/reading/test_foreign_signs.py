"""Amounts whose sign or column names another currency or unit than they count as (SPEC §5.2)."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.workspaces import read_files, rows

REPORT = b"Title,Unique Id,Total Recipients,Total Orders,Total Revenue\nSpring,abc1,1000,2,$38.00\n"
FEED = '[[feeds]]\nsource = "mailchimp.campaign_report"\nfiles = "raw/m.csv"\nsymbols = ["$"]\n'


@pytest.mark.parametrize(
    ("currency", "setting", "told"),
    [
        ("EUR", "", ["feeds[0].constants"]),
        ("USD", "", []),
        ("EUR", 'constants = { currency = "USD" }\n', []),
        ("EUR", 'without = ["currency"]\n', []),
    ],
)
def test_a_sign_is_told_where_the_source_knows_no_currency(
    tmp_path: Path, currency: str, setting: str, told: list[str]
) -> None:
    """38 dollars would stand among the euros of the report without a word."""
    toml = f'[workspace]\ncurrency = "{currency}"\n' + FEED + setting
    warnings = read_files(tmp_path, toml, {"raw/m.csv": REPORT}).warnings
    assert [one.setting for one in warnings if "amounts with '$'" in one.message] == told


SPENT = '[workspace]\n[[feeds]]\ntable = "ad_stats"\nfiles = "raw/a.csv"\n'


@pytest.mark.parametrize(
    ("header", "setting", "told"),
    [
        ("cost_micros,shown", "", ["units.spend"]),
        ("amount_in_cents,shown", "", ["units.spend"]),
        ("metrics.costMicros,shown", 'units = { spend = "micros" }\n', []),
        ("amount_in_cents,shown", 'units = { spend = "cents" }\n', []),
        ("Microsoft cost,shown", "", []),
        ("cost,Impressions (000s)", "", ["units.impressions"]),
    ],
)
def test_a_column_that_is_called_parts_or_thousands_is_told(
    tmp_path: Path, header: str, setting: str, told: list[str]
) -> None:
    """12,500,000 micros would stand as as many dollars in the reports."""
    spend, shown = header.split(",")
    read = f'columns = {{ spend = "{spend}", impressions = "{shown}" }}\n'
    content = f"date_day,platform,campaign_id,{header}\n2026-01-01,p,A,1250,3\n".encode()
    found = read_files(tmp_path, SPENT + read + setting, {"raw/a.csv": content})
    units = [one.setting for one in found.warnings if one.code == "unit_unsaid"]
    assert units == [f"feeds[0].{one}" for one in told]


def test_the_unit_that_a_missing_columns_nearest_one_is_called_is_proposed(tmp_path: Path) -> None:
    content = b"date_day,platform,campaign_id,spend_cents\n2026-01-01,p,A,1250\n"
    (refused,) = read_files(tmp_path, SPENT, {"raw/a.csv": content}).refused
    assert 'columns = { spend = "spend_cents" } and units = { spend = "cents" }' in str(refused)
    mended = SPENT + 'columns = { spend = "spend_cents" }\nunits = { spend = "cents" }\n'
    read = read_files(tmp_path / "mended", mended, {"raw/a.csv": content})
    assert rows(read, "ad_stats", "spend") == [(Decimal("12.5"),)]
