"""From a table's name to its contract, its builder and its test in three clicks."""

import re
from pathlib import Path

import pytest

from contracts.columns import Table
from flows.report_tables import EVERY_CHANNEL, REPORT_TABLES, ReportTable, find_table

ROOT = Path(__file__).parents[2]
STEPS = [path.read_text(encoding="utf-8") for path in (ROOT / "flows/steps").rglob("*.py")]
TESTS = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}


def label(table: ReportTable) -> str:
    """A table as a test's id."""
    return table.label


@pytest.mark.parametrize("table", REPORT_TABLES, ids=label)
def test_a_contract_bears_the_table_s_name(table: ReportTable) -> None:
    assert issubclass(table.contract, Table)
    words = table.name.removesuffix("s") if table.is_named_by_user else table.name
    assert words.replace("_", "") in table.contract.__name__.lower()
    module = table.contract_place.split(":")[0]
    assert table.contract.__module__ == f"contracts.reports.{module}"


@pytest.mark.parametrize("table", REPORT_TABLES, ids=label)
def test_a_step_calls_the_builder_that_the_registry_names(table: ReportTable) -> None:
    place, name = table.builder_place.split(":")
    module = f"transforms.{place}"
    package = module.rpartition(".")[0]
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    assert f"\ndef {name}(" in source
    imported = re.compile(rf"^from (?:{module}|{package}) import ", re.MULTILINE)
    called = re.compile(rf"\b{name}\b")
    assert any(imported.search(step) and called.search(step) for step in STEPS)


@pytest.mark.parametrize("table", REPORT_TABLES, ids=label)
def test_a_test_names_the_table_or_its_builder(table: ReportTable) -> None:
    builder = table.builder_place.split(":")[1]
    named = re.compile(rf"\b({table.name}|{builder})\b")
    here = Path(__file__)
    assert any(named.search(text) for path, text in TESTS.items() if path != here)


def test_each_table_is_registered_once() -> None:
    labels = [table.label for table in REPORT_TABLES]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("group", ["email", "direct_mail", "whatsapp", "other"])
def test_every_channel_has_the_tables_of_a_channel(group: str) -> None:
    table = find_table(group, "daily_report")
    assert (table.group, table.contract.__name__) == (EVERY_CHANNEL, "DailyReport")


def test_a_group_that_is_no_channel_has_its_own_tables() -> None:
    assert find_table("ads", "campaign_report").contract_place.startswith("ads:")
    assert find_table("people", "audiences/vip").name == "audiences"
    with pytest.raises(KeyError):
        find_table("ads", "daily_report")


def test_a_table_exists_where_each_of_its_groups_of_feeds_is_configured() -> None:
    links = find_table("people", "identity_links")
    assert links.is_given_by({"contacts", "page_views"})
    assert not links.is_given_by({"contacts"})
    assert not links.is_given_by({"page_views"})
