"""Events that name message and contact belong to the last send before them (SPEC §6.1)."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_keys import FeedEvents, FeedSends
from contracts.feeds import Contacts
from tests.support.frames import frame
from transforms.messaging.send_linking import (
    identify_contacts,
    key_message_contacts,
    link_to_sends,
    list_linkable_sends,
    map_addresses,
)

MESSAGE = 11


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def send(key: int, **more: Any) -> dict[str, Any]:
    common = {"message_key": MESSAGE, "contact_key": 101, "is_holdout": False}
    return {"send_key": key, **common, **more}


def link(*days: int, planned: int | None = None) -> list[int]:
    """Whose send events of contact 101 on these days are.

    Contact 101 was sent the message on the 3rd (send 1013), and on the 6th (1016); 102 on the 4th.
    """
    sends = [
        send(1013, sent_at=at(3)),
        send(1016, created_at=at(6)),
        send(1019, sent_at=at(1), is_holdout=True),
        send(1024, contact_key=102, sent_at=at(4)),
        *([send(1010)] if planned else []),
    ]
    planned_at = at(planned) if planned else None
    codes = frame(MessageCodes, [{"message_key": MESSAGE, "planned_at": planned_at}])
    events = frame(
        FeedEvents,
        [{"message_key": MESSAGE, "contact_key": 101, "occurred_at": at(day)} for day in days],
    )
    linked = link_to_sends(
        key_message_contacts(events), list_linkable_sends(frame(FeedSends, sends), codes)
    )
    return linked.sort("occurred_at").collect().get_column("send_key").to_list()


def test_the_last_send_before_an_event_is_its_send_else_the_first() -> None:
    assert link(1, 3, 5, 6, 9) == [1013, 1013, 1013, 1016, 1016]


def test_a_send_without_a_time_has_its_message_s() -> None:
    assert link(4, 5, 6, planned=5) == [1013, 1010, 1016]


def test_the_event_of_a_hold_out_shows_no_send() -> None:
    """It is the hold-out's, as it would be by the id of its row, which counts for nothing."""
    held = frame(FeedSends, [send(1019, sent_at=at(1), is_holdout=True)])
    events = frame(FeedEvents, [{"message_key": MESSAGE, "contact_key": 101, "occurred_at": at(2)}])
    codes = frame(MessageCodes, [])
    linked = link_to_sends(key_message_contacts(events), list_linkable_sends(held, codes))
    assert linked.collect().get_column("send_key").to_list() == [1019]


def test_who_was_never_sent_a_message_keeps_its_key() -> None:
    events = frame(FeedEvents, [{"message_key": MESSAGE, "contact_key": 7, "occurred_at": at(1)}])
    keyed = key_message_contacts(events)
    sends = list_linkable_sends(frame(FeedSends, []), frame(MessageCodes, []))
    assert_frame_equal(link_to_sends(keyed, sends), keyed)


@pytest.mark.parametrize(
    ("updated", "owner"), [((1, 2), "b"), ((2, 1), "a"), ((None, 1), "b"), ((None, None), "b")]
)
def test_an_address_is_that_of_the_contact_updated_last(
    updated: tuple[int | None, int | None], owner: str
) -> None:
    """Trimmed and in any case."""
    contacts = frame(
        Contacts,
        [
            {"org_id": "o", "contact_id": own, "email": email, "updated_at": day and at(day)}
            for own, email, day in zip("ab", (" Ann@x.io", "ann@X.io "), updated, strict=True)
        ],
    )
    assert map_addresses(contacts).select("contact_id", "contacts").collect().rows() == [(owner, 2)]


def test_an_address_that_nobody_bears_stays() -> None:
    owners = map_addresses(
        frame(Contacts, [{"org_id": "o", "contact_id": "a", "email": "ann@x.io"}])
    )
    key, contact = owners.select("email_key", "contact_key").collect().row(0)
    rows = pl.LazyFrame({"contact_key": [key, 5]}, schema={"contact_key": pl.UInt64})
    got = identify_contacts(rows, owners).collect().get_column("contact_key").to_list()
    assert got == [contact, 5]
