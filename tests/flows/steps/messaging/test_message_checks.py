"""Sends, opens and clicks in reports held against accepted rows: a lost or doubled one shows."""

from pathlib import Path

import polars as pl
import pytest

from contracts.vocabulary import Action
from flows.config.loading import load_workspace
from flows.steps.messaging.described_messages import find_names
from flows.steps.messaging.message_checks import (
    count_actions,
    reconcile_events,
    reconcile_sends,
)
from flows.steps.messaging.message_reports import MessageFacts, sum_message_rows
from flows.steps.messaging.send_facts import build_facts
from flows.steps.reading.read_feeds import FeedsRead
from flows.steps.step_inputs import StepInputs
from tests.support.workspaces import feed, read_files

HEADER = "event_id,event_type,occurred_at,contact_id,send_id,message_id\n"
FIRST = HEADER + (
    "e1,email_opened,2026-03-01T10:00:00Z,c1,s1,\n"
    "e2,email_opened,2026-03-01T11:00:00Z,c1,,m9\n"
    "e3,opened,2026-03-01T12:00:00Z,,s1,\n"
    "e4,whatsapp_clicked,2026-03-01T12:00:00Z,c2,,m2\n"
    "e5,clicked,2026-03-01T12:00:00Z,,nowhere,\n"
    "e6,store_visit,2026-03-01T12:00:00Z,c2,,\n"
)
SECOND = HEADER + (
    "e2,email_opened,2026-03-01T11:00:00Z,c1,,m9\n"
    "e4,whatsapp_clicked,2026-03-02T12:00:00Z,c2,,m2\n"
    "e7,email_clicked,2026-03-02T12:00:00Z,c2,,m2\n"
)
SENDS = (
    "send_id,message_id,contact_id,status,sent_at,is_holdout\n"
    "s1,m1,c1,sent,2026-03-01T09:00:00Z,false\n"
    "s2,m1,c2,queued,2026-03-01T09:00:00Z,{held_out}\n"
)
MESSAGES = "message_id,name,channel\nm1,One,email\nm2,Two,whatsapp\n"
SENDS_AS_ACCEPTED = "messages: sends and hold-outs as accepted"
SENDS_AND_MORE = f"{SENDS_AS_ACCEPTED} or more, being shown by events"
OPENS, CLICKS = "messages: opens as accepted", "messages: clicks as accepted"


def make(place: Path, more: str = "", *, held_out: bool = False) -> tuple[FeedsRead, MessageFacts]:
    """The send facts of two deliveries of events, one of them of two events again."""
    files = {
        "raw/contacts.csv": b"contact_id\nc1\nc2\n",
        "raw/messages.csv": MESSAGES.encode(),
        "raw/sends.csv": SENDS.format(held_out=held_out).encode(),
        "raw/events/1.csv": FIRST.encode(),
        "raw/events/2.csv": (SECOND + more).encode(),
    }
    toml = "".join(feed(name, f"raw/{name}.csv") for name in ("contacts", "messages", "sends"))
    read = read_files(place, toml + feed("events", "raw/events/*.csv"), files)
    return read, sum_rows(place, read)


def sum_rows(place: Path, read: FeedsRead) -> MessageFacts:
    config = load_workspace(place / "ws", environ={}).config
    inputs = StepInputs.afresh(read.catalog, config, place / "scratch")
    names = find_names(inputs)
    return sum_message_rows(names, build_facts(inputs, names, place / "scratch"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[FeedsRead, MessageFacts]:
    return make(tmp_path_factory.mktemp("events"))


def test_every_accepted_open_and_click_is_in_a_message_row(
    made: tuple[FeedsRead, MessageFacts],
) -> None:
    """Of whatever channel, of unknown sends and messages too; an event delivered twice once."""
    read, facts = made
    checks = reconcile_events(read.catalog, facts.channels, facts.rows.values())
    assert [(check.name, check.expected, check.actual) for check in checks] == [
        (OPENS, 3, 3),
        (CLICKS, 3, 3),
    ]
    assert all(check.holds for check in checks)
    assert count_actions(read.catalog, facts.channels) == {Action.OPENED: 3, Action.CLICKED: 3}


@pytest.mark.parametrize("factor", [0, 2])
def test_a_lost_or_doubled_open_shows(made: tuple[FeedsRead, MessageFacts], factor: int) -> None:
    read, facts = made
    rows = [frame.with_columns(pl.col("opens") * factor) for frame in facts.rows.values()]
    checks = reconcile_events(read.catalog, facts.channels, rows)
    assert [check.name for check in checks if not check.holds] == [OPENS]


def test_what_hold_outs_did_is_in_no_row(tmp_path: Path) -> None:
    """Then there may be fewer in the rows, never more."""
    read, facts = make(tmp_path, "e8,email_opened,2026-03-02T12:00:00Z,,s2,\n", held_out=True)
    opens, _ = reconcile_events(read.catalog, facts.channels, facts.rows.values())
    assert (opens.expected, opens.actual, opens.holds) == (4, 3, True)
    assert opens.name == f"{OPENS} or less, being hold-outs'"
    doubled = [frame.with_columns(pl.col("opens") * 2) for frame in facts.rows.values()]
    opens, _ = reconcile_events(read.catalog, facts.channels, doubled)
    assert not opens.holds


def test_every_accepted_send_is_in_a_message_row(made: tuple[FeedsRead, MessageFacts]) -> None:
    """Two have a row; events show one of m9, two of m2, of two channels, and nowhere beside."""
    read, facts = made
    check = reconcile_sends(read.catalog, facts.rows.values())
    assert (check.name, check.expected, check.actual, check.holds) == (SENDS_AND_MORE, 2, 6, True)
    lost = [frame.filter(pl.col("message_id") != "m1").clear() for frame in facts.rows.values()]
    assert not reconcile_sends(read.catalog, lost).holds


@pytest.mark.parametrize("held_out", [False, True])
def test_without_events_sends_are_the_accepted_ones(tmp_path: Path, *, held_out: bool) -> None:
    """A hold-out is counted apart, and of two versions of a send the later one alone."""
    sends = SENDS.format(held_out=held_out)
    files = {
        "raw/contacts.csv": b"contact_id\nc1\nc2\n",
        "raw/sends/1.csv": sends.encode(),
        "raw/sends/2.csv": sends.replace("sent,", "delivered,").encode(),
    }
    toml = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends/*.csv")
    read = read_files(tmp_path, toml, files)
    rows = sum_rows(tmp_path, read).rows.values()
    check = reconcile_sends(read.catalog, rows)
    assert (check.name, check.expected, check.actual) == (SENDS_AS_ACCEPTED, 2, 2)
    doubled = [frame.with_columns(pl.col("sends", "holdout") * 2) for frame in rows]
    assert [check.holds, reconcile_sends(read.catalog, doubled).holds] == [True, False]
