"""The data dictionary says what the contracts say."""

from pathlib import Path

import pytest

from contracts.columns import descriptions, grain, key
from contracts.dictionary import render_dictionary
from contracts.feeds import FEEDS
from flows.report_tables import REPORT_TABLES

DICTIONARY = Path(__file__).parents[2] / "contracts" / "DICTIONARY.md"
REPORTS = {table.label: table.contract for table in REPORT_TABLES}
TABLES = {**FEEDS, **REPORTS}


def test_dictionary_is_current() -> None:
    hint = "run `campaign-reports dictionary > contracts/DICTIONARY.md`"
    assert DICTIONARY.read_text(encoding="utf-8") == render_dictionary(REPORTS), hint


@pytest.mark.parametrize("name", TABLES)
def test_every_table_states_its_grain_key_and_columns(name: str) -> None:
    table = TABLES[name]
    assert grain(table).startswith("One row per ")
    assert key(table)
    assert all(text and text != "None" for text in descriptions(table).values())
