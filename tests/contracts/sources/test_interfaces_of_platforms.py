"""As a new user: exports of the platforms' interfaces in English, German and more, in at once or
with the setting that the first answer names.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.contracts.sources import romance_exports
from tests.contracts.sources.platform_exports import EXPORTS
from tests.support.exports import answer_of, read_export, rows_of

ALL = EXPORTS | romance_exports.EXPORTS
DAY, NEXT = date(2026, 1, 1), date(2026, 1, 2)


NAMES = ("level", "campaign_name", "ad_group_name", "ad_name")
FIGURES = ("clicks", "impressions", "spend", "conversions", "conversions_value", "currency")


@pytest.mark.parametrize("export", ALL)
def test_an_export_is_in_at_the_first_or_second_try(tmp_path: Path, export: str) -> None:
    """The total rows are left out, and every figure is the one that the interface shows."""
    source, text, row, second_try, encoding = ALL[export]
    content = text.encode(encoding)
    (tmp_path / "first").mkdir()
    found = read_export(tmp_path / "first", source, content, 'on_refused = "skip"')
    if second_try:
        answer = answer_of(found)
        assert all(setting in answer for setting in second_try)
        (tmp_path / "second").mkdir()
        found = read_export(tmp_path / "second", source, content, *second_try)
    assert answer_of(found) == ""
    *names, clicks, impressions, spend, conversions, value, currency = row
    amounts = [None if one is None else Decimal(str(one)) for one in (spend, conversions, value)]
    first, second, *_ = rows_of(found, "ad_stats", "date_day", *NAMES, *FIGURES)
    assert first == (DAY, *names, clicks, impressions, *amounts, currency)
    assert (second[0], *second[5:8]) == (NEXT, 3, 40, Decimal("0.9"))
