"""The data dictionary says what the contracts say."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import TypeAdapter

from contracts.columns import descriptions, grain, key
from contracts.config.setting_types import Section
from contracts.config.settings import list_sections
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


EXAMPLES = [
    pytest.param(model, name, example, id=f"{title}-{name}")
    for title, model in list_sections().items()
    for name, field in model.model_fields.items()
    for example in field.examples or ()
]


@pytest.mark.parametrize(("model", "name", "example"), EXAMPLES)
def test_an_example_of_a_setting_is_one(model: type[Section], name: str, example: object) -> None:
    field = model.model_fields[name]
    kind = TypeAdapter(Annotated[field.annotation, None, *field.metadata])
    read = kind.validate_python(example)
    assert kind.dump_python(read, mode="json", exclude_none=True) == example


def test_every_setting_says_what_it_does() -> None:
    fields = [one for model in list_sections().values() for one in model.model_fields.values()]
    assert all(field.description for field in fields)
