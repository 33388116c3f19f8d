"""What is configured decides what is reported: which feeds suffice, and what others are told."""

import pytest

from contracts.config.feed_section import FeedSection
from contracts.config.workspace import Workspace
from flows.config.configured_feeds import configure_feeds
from flows.config.parent_model import require_parent_model
from flows.errors import ConfigurationError


def require(*feeds: str | tuple[str, str], channels: tuple[str, ...] = ()) -> None:
    """Feeds by their tables; with an event type that is a constant of a feed."""
    sections = []
    for one in feeds:
        table, event_type = (one, None) if isinstance(one, str) else one
        constants = {} if event_type is None else {"event_type": event_type}
        columns = {} if event_type is None else {"occurred_at": "when"}
        sections.append(
            FeedSection(table=table, files="raw/x.csv", constants=constants, columns=columns)
        )
    require_parent_model(configure_feeds(Workspace(feeds=tuple(sections))), channels)


@pytest.mark.parametrize("table", ["ads", "ad_stats", "orders", "message_stats"])
def test_a_table_that_needs_nobody_suffices(table: str) -> None:
    require(table)


@pytest.mark.parametrize("table", ["sends", "events"])
def test_messages_need_contacts(table: str) -> None:
    require(table, "contacts")
    with pytest.raises(ConfigurationError, match="configure a parent model") as told:
        require(table)
    assert "no contacts" in told.value.message
    assert "contacts" in told.value.hint


def test_contacts_with_generic_events_alone_suffice() -> None:
    require("contacts", ("events", "store_visit"))
    with pytest.raises(ConfigurationError, match="generic events but no contacts"):
        require(("events", "store_visit"))


def test_generic_events_beside_what_needs_nobody_need_nobody_either() -> None:
    require("orders", ("events", "store_visit"))


@pytest.mark.parametrize("channels", [(), ("whatsapp",)])
def test_an_own_channel_s_events_are_interactions(channels: tuple[str, ...]) -> None:
    feeds = ("orders", ("events", "whatsapp_sent"))
    if channels:
        with pytest.raises(ConfigurationError, match="message interactions but no contacts"):
            require(*feeds, channels=channels)
    else:
        require(*feeds)


@pytest.mark.parametrize(
    ("tables", "given"),
    [
        ((), "no table"),
        (("contacts",), "only contacts"),
        (("sessions", "page_views"), "only page_views, sessions"),
        (("contacts", "campaigns", "segments", "list_members"), "only campaigns, contacts,"),
    ],
)
def test_what_gives_no_report_is_told_what_to_add(tables: tuple[str, ...], given: str) -> None:
    with pytest.raises(ConfigurationError, match="configure a parent model") as told:
        require(*tables)
    assert told.value.exit_code == 2
    assert given in told.value.message
    assert "orders" in told.value.hint


def test_parts_of_days_alone_are_told_what_has_the_campaigns() -> None:
    """`init` proposes a report by device as parts alone; its own sentence is easily missed."""
    with pytest.raises(ConfigurationError) as told:
        require("ad_breakdowns")
    assert "an entry of the same files with the platform's source of ad_stats" in told.value.hint
