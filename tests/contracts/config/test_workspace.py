"""The workspace configuration as a contract: defaults, closed sets, and what feeds may name."""

import tomllib

import pytest
from pydantic import ValidationError

from contracts.config.feed_section import FeedSection
from contracts.config.nearest_names import nearest, nearest_names, unknown
from contracts.config.workspace import Workspace, WorkspaceSection


def test_defaults_are_those_of_the_specification() -> None:
    config = Workspace()
    assert config.workspace == WorkspaceSection(
        timezone="UTC", currency="USD", max_rejected_share=0.05
    )
    assert config.feeds == ()
    assert config.ads.match == "auto"
    assert config.sessions.timeout_minutes == 30
    assert (config.attribution.lookback_days, config.attribution.half_life_days) == (30, 7)
    assert config.attribution.models == (
        "first_touch",
        "last_touch",
        "linear",
        "position_based",
        "time_decay",
    )


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({"table": "events", "name": "email_opens"}, "email_opens"),
        ({"table": "events"}, "events"),
        ({"source": "skene.contacts"}, "skene.contacts"),
    ],
)
def test_a_feed_is_called_by_its_name_else_by_what_it_reads(
    settings: dict[str, str], label: str
) -> None:
    assert FeedSection.model_validate({"files": "raw/x.csv", **settings}).label == label


@pytest.mark.parametrize("glob", ["raw/*.csv", "raw/**/x.csv", "./raw/x", "raw/a..b.csv", "x.csv"])
def test_a_feed_reads_below_the_workspace(glob: str) -> None:
    assert FeedSection(table="events", files=glob).files == glob


@pytest.mark.parametrize(
    "glob", ["/x", "../x", "raw/../../x", "C:/x", "\\\\host\\x", "", ".", "state/*", "reports/x"]
)
def test_a_feed_reads_nothing_else(glob: str) -> None:
    with pytest.raises(ValidationError):
        FeedSection(table="events", files=glob)


def test_a_wrong_column_is_told_with_its_place() -> None:
    with pytest.raises(ValidationError) as told:
        FeedSection(table="events", files="x", columns={"event_tpe": "a"})
    (error,) = told.value.errors()
    assert error["ctx"]["path"] == ("columns", "event_tpe")
    assert "did you mean 'event_type'?" in error["msg"]


def test_nothing_changes_a_configuration() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Workspace().workspace.__setattr__("timezone", "Europe/Paris")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("contcts", "contacts"), ("CONTACTS", "contacts"), ("zzzz", None), ("", None)],
)
def test_nearest_name(name: str, expected: str | None) -> None:
    assert nearest(name, ["contacts", "events"]) == expected


def test_the_names_nearest_to_any_of_several_come_likest_first() -> None:
    headers = ["Kosten", "Costs", "Total cost", "Day"]
    assert nearest_names(("Cost", "Amount spent"), headers) == ["Costs", "Kosten", "Total cost"]
    assert nearest_names(("zzzz",), headers) == []


def test_an_unknown_name_with_nothing_near_lists_all() -> None:
    assert unknown("table", "zzzz", ["contacts", "events"]) == (
        "unknown table 'zzzz'; known: contacts, events"
    )


def test_days_of_an_audience_may_be_dates_of_toml() -> None:
    text = '[[audiences]]\nname = "a"\nfrom = 2026-01-31\nto = 2026-02-28T10:00:00Z\n'
    (audience,) = Workspace.model_validate(tomllib.loads(text)).audiences
    assert (audience.start, audience.until) == ("2026-01-31", "2026-02-28T10:00:00+00:00")
