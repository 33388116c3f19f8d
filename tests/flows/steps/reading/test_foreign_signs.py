"""Amounts whose sign names another currency than the one they count as (SPEC §5.2)."""

from pathlib import Path

import pytest

from tests.support.workspaces import read_files

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
