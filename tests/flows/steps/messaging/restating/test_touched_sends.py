"""What a change of a few rows touches beyond them: each world is an organization of one night."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from flows.catalog.row_files import RowFile
from flows.config.loading import load_workspace
from flows.steps.messaging.described_messages import NamedKeys, find_names
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.key_files import list_key_files
from flows.steps.messaging.restating import restated_facts
from flows.steps.messaging.restating.restated_facts import FactBase, restate_facts
from flows.steps.messaging.send_facts import build_facts
from flows.steps.step_inputs import StepInputs
from tests.flows.steps.messaging.restating.test_restated_facts import read_sums
from tests.support.workspaces import as_json_lines, feed, read_workspace, write_workspace

TABLES = ("contacts", "campaigns", "messages", "list_members", "sends", "events")
TOML = "".join(feed(table, f"raw/{table}/*") for table in TABLES)
Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class World:
    """Rows by their tables: those that stay, those withdrawn, and those that come."""

    same: Tables = field(default_factory=dict)
    gone: Tables = field(default_factory=dict)
    come: Tables = field(default_factory=dict)

    def rows(self, of: str, table: str) -> list[Row]:
        """The rows of a table that stay, are gone or come."""
        usual = USUAL.get(table, []) if of == "same" and self.same else []
        return usual + getattr(self, of).get(table, [])


def at(day: float) -> str:
    return f"2026-01-{int(day):02}T{int(day % 1 * 24):02}:00:00Z"


def contact(number: int, email: str | None = None) -> Row:
    return {"contact_id": f"c{number}", "email": email}


def message(number: int, campaign: str | None = None) -> Row:
    named = {"message_id": f"m{number}", "name": "news", "channel": "email"}
    return {**named, "campaign_id": campaign}


def member(campaign: str, number: int) -> Row:
    return {"campaign_id": campaign, "contact_id": f"c{number}", "segment_id": "g"}


def send(number: int, day: float, **more: Any) -> Row:
    """A send of message 1 to contact 1."""
    of = {"send_id": f"s{number}", "message_id": "m1", "contact_id": "c1", "email": None}
    return {**of, "status": "delivered", "sent_at": at(day), **more}


def event(name: str, day: float, send_id: str | None = None, **more: Any) -> Row:
    """An open of a send, or of message 1 by contact 1."""
    who: Row = {"message_id": None, "contact_id": None} if send_id else {"message_id": "m1"}
    of = {"event_id": f"{name}{day}", "event_type": f"email_{name}", "send_id": send_id}
    return {**of, "email": None, "contact_id": "c1", **who, "occurred_at": at(day), **more}


USUAL = {
    "contacts": [contact(1, "c1@x.io")],
    "messages": [message(1)],
    "sends": [send(0, 1, contact_id="c0", message_id="m0")],
    "events": [event("opened", 1.5, contact_id="c9", message_id="m0")],
}
"""What worlds have beside: whether a feed says of its sends that they were delivered stays."""


def open_by_name_of_the_send_is_withdrawn() -> World:
    """Another open names message and contact: the send is opened still."""
    return World(
        same={"sends": [send(1, 1)], "events": [event("opened", 3)]},
        gone={"events": [event("opened", 2, "s1")]},
    )


def a_later_send_takes_the_opens_after_it() -> World:
    return World(
        same={"sends": [send(1, 1)], "events": [event("opened", 4)]},
        come={"sends": [send(2, 3)]},
    )


def the_only_event_that_names_a_send_without_a_row_is_withdrawn() -> World:
    named = event("opened", 2, "u1", message_id="m1", contact_id="c1")
    return World(same={"events": [event("opened", 3)]}, gone={"events": [named]})


def the_row_of_a_send_comes_after_its_open() -> World:
    return World(same={"events": [event("opened", 3)]}, come={"sends": [send(1, 1)]})


def an_open_of_a_send_without_a_row_comes() -> World:
    """An event of before says whose send it is, and an open names message and contact alone."""
    named = event("delivered", 1, "u1", message_id="m1", contact_id="c1")
    return World(
        same={"events": [named, event("opened", 2)]}, come={"events": [event("opened", 3, "u1")]}
    )


def a_send_by_address_to_a_member_bounces() -> World:
    by_address = {"contact_id": None, "email": "c1@x.io"}
    return World(
        same={"messages": [message(2, "q")], "list_members": [member("q", 1)]},
        gone={"sends": [send(1, 1, message_id="m2", **by_address)]},
        come={"sends": [send(1, 1, message_id="m2", **by_address, status="bounced")]},
    )


def two_contacts_swap_their_addresses() -> World:
    """The open is of whoever bears the address."""
    return World(
        same={
            "sends": [send(2, 1, contact_id="c2"), send(3, 1, contact_id="c3")],
            "events": [event("opened", 2, contact_id=None, email="a@x.io")],
        },
        gone={"contacts": [contact(2, "a@x.io"), contact(3, "b@x.io")]},
        come={"contacts": [contact(2, "b@x.io"), contact(3, "a@x.io")]},
    )


def the_last_send_is_withdrawn_and_the_one_before_names_an_address() -> World:
    by_address = {"contact_id": None, "email": "c1@x.io"}
    unsaid = send(4, 1.5, status="sent")
    return World(
        same={"sends": [send(1, 1), send(2, 2, **by_address), unsaid]}, gone={"sends": [send(3, 3)]}
    )


def a_send_comes_of_which_no_more_is_known() -> World:
    return World(same={"sends": [send(1, 1)]}, come={"sends": [send(2, 2, status="sent")]})


def who_got_a_message_is_listed_no_more() -> World:
    return World(
        same={"messages": [message(2, "q")], "sends": [send(1, 1, message_id="m2")]},
        gone={"list_members": [member("q", 1)]},
    )


def who_got_a_message_is_listed() -> World:
    return World(
        same={"messages": [message(2, "q")], "sends": [send(1, 1, message_id="m2")]},
        come={"list_members": [member("q", 1)]},
    )


def a_message_is_of_another_campaign() -> World:
    return World(
        same={"sends": [send(1, 1, message_id="m2")], "list_members": [member("q", 1)]},
        gone={"messages": [message(2, "q")]},
        come={"messages": [message(2, "r")]},
    )


def the_last_click_on_a_link_is_withdrawn() -> World:
    """Who clicked it clicked another one since; the click before was another contact's."""
    link, other = {"url": "https://x.io/"}, {"url": "https://x.io/other"}
    clicks = [event("clicked", 2, "s1", **link), event("clicked", 5, "s2", **other)]
    return World(
        same={"sends": [send(1, 1), send(2, 1, contact_id="c2")], "events": clicks},
        gone={"events": [event("clicked", 3, "s2", **link)]},
    )


def a_feed_s_own_message_bears_the_id_of_a_campaign() -> World:
    """Until it came, events of that message were of the sends that name the campaign alone."""
    return World(
        same={
            "campaigns": [{"campaign_id": "q", "name": "Q", "channel": "email"}],
            "sends": [send(1, 1, message_id=None, campaign_id="q")],
            "events": [event("opened", 2, message_id="q")],
        },
        come={"messages": [{**message(1), "message_id": "q"}]},
    )


def nobody_says_what_was_delivered_any_more() -> World:
    messages, sends = [message(1)], [send(1, 1, status="sent"), send(2, 2)]
    return World(
        gone={"messages": messages, "sends": sends}, come={"messages": messages, "sends": sends[:1]}
    )


def a_new_organization() -> World:
    """Nobody knows of its deliveries; its name sorts first."""
    return World(come={"messages": [message(1)], "sends": [send(1, 2, status="sent")]})


WORLDS: tuple[Callable[[], World], ...] = (
    open_by_name_of_the_send_is_withdrawn,
    a_later_send_takes_the_opens_after_it,
    the_only_event_that_names_a_send_without_a_row_is_withdrawn,
    the_row_of_a_send_comes_after_its_open,
    an_open_of_a_send_without_a_row_comes,
    a_send_by_address_to_a_member_bounces,
    two_contacts_swap_their_addresses,
    the_last_send_is_withdrawn_and_the_one_before_names_an_address,
    a_send_comes_of_which_no_more_is_known,
    who_got_a_message_is_listed_no_more,
    who_got_a_message_is_listed,
    a_message_is_of_another_campaign,
    the_last_click_on_a_link_is_withdrawn,
    a_new_organization,
)
ALONE = (
    the_last_send_is_withdrawn_and_the_one_before_names_an_address,
    who_got_a_message_is_listed_no_more,
    the_last_click_on_a_link_is_withdrawn,
)
"""What decides for a whole night whether anything is to be looked for."""


Made = tuple[Callable[[], World], ...]


def read(root: Path, place: Path) -> tuple[StepInputs, NamedKeys, list[RowFile]]:
    """What a night finds."""
    catalog = read_workspace(root, root / "ledger").catalog
    inputs = StepInputs.afresh(catalog, load_workspace(root, environ={}).config, place)
    return inputs, find_names(inputs), list_key_files(catalog, "list_members")


def pass_a_night(place: Path, made: Made) -> tuple[FactFiles | None, FactFiles]:
    """The sums of a night brought up to date, if they can be, and built anew."""
    root, files = write_workspace(place / "ws", TOML, {}), {}
    for of in ("same", "gone", "come"):
        for table in TABLES:
            rows = [{"org_id": w.__name__, **row} for w in made for row in w().rows(of, table)]
            files[root / f"raw/{table}/{of}.jsonl"] = as_json_lines(rows)
    for path, content in files.items():
        if content and path.stem != "come":
            path.write_bytes(content)
    inputs, names, before = read(root, place / "before")
    base = FactBase(build_facts(inputs, names, place / "before"), names, tuple(before))
    for path, content in files.items():
        if path.stem == "gone":
            path.unlink(missing_ok=True)
        elif content and path.stem == "come":
            path.write_bytes(content)
    inputs, names, now = read(root, place / "after")
    restated = restate_facts(base, inputs, names, now, place / "restated")
    return restated, build_facts(inputs, names, place / "after")


@pytest.fixture(autouse=True)
def _restate_whatever_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restated_facts, "MOST_TOUCHED", 100)


@pytest.mark.parametrize("made", [WORLDS, *((one,) for one in ALONE)], ids=len)
def test_sums_are_brought_up_to_date_with_all_that_a_change_touches(
    tmp_path: Path, made: Made
) -> None:
    restated, anew = pass_a_night(tmp_path, made)
    assert restated is not None
    expected = read_sums(anew)
    for kind, rows in read_sums(restated).items():
        assert_frame_equal(rows, expected[kind])


@pytest.mark.parametrize(
    "world",
    [a_feed_s_own_message_bears_the_id_of_a_campaign, nobody_says_what_was_delivered_any_more],
)
def test_sums_are_built_anew_where_all_sends_mean_something_else(
    tmp_path: Path, world: Callable[[], World]
) -> None:
    restated, _ = pass_a_night(tmp_path, (world,))
    assert restated is None
