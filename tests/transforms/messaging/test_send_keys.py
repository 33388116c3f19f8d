"""What events and sends become as key columns."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from contracts.channels import FIRST_OWN_CODE, RunChannels
from contracts.columns import polars_schema
from contracts.facts.key_types import CHANNEL_STRIDE
from contracts.facts.messaging.send_keys import EventKeys, SendKeys
from contracts.feeds import Events, Sends
from transforms.messaging.messages.message_references import list_references, merge_references
from transforms.messaging.send_keys import (
    is_of_send,
    list_links,
    list_own_channels,
    recode_types,
    select_event_keys,
    select_send_keys,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def rows(table: Any, *given: dict[str, Any]) -> pl.LazyFrame:
    schema = {**polars_schema(table), "row_number": pl.UInt32}
    whole = [{"org_id": "o", "row_number": n, **row} for n, row in enumerate(given, start=1)]
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in whole], schema=schema)


def event(event_type: str, **more: Any) -> dict[str, Any]:
    return {"event_type": event_type, "occurred_at": NOON, **more}


@pytest.mark.parametrize(
    ("names", "scope"),
    [
        ({"send_id": "s", "message_id": "m", "contact_id": "c"}, "send"),
        ({"message_id": "m", "contact_id": "c"}, "message_contact"),
        ({"message_id": "m", "email": "a@x.io"}, "message_address"),
        ({"contact_id": "c"}, "contact"),
        ({"email": "a@x.io"}, "contact"),
    ],
)
def test_an_event_s_scope_is_what_names_its_send(names: dict[str, str], scope: str) -> None:
    keys = select_event_keys(rows(Events, event("email_opened", **names))).collect()
    assert keys.get_column("scope").to_list() == [scope]
    assert set(EventKeys.to_schema().columns) <= set(keys.columns)


def test_generic_events_have_no_keys_and_those_of_lists_tell_a_channel_alone() -> None:
    given = rows(Events, event("store_visit"), event("email_subscribed", message_id="m"))
    keys = select_event_keys(given)
    assert keys.collect().get_column("channel").to_list() == ["email"]
    assert keys.filter(is_of_send()).collect().is_empty()


def test_links_are_kept_of_clicks_and_subtypes_of_bounces() -> None:
    given = rows(
        Events,
        event("email_clicked", url="https://x.io"),
        event("email_opened", url="https://x.io"),
        event("email_bounced", subtype="hard"),
        event("email_bounced", subtype="soft"),
        event("email_bounced", subtype="Hard "),
        event("email_bounced", subtype="undetermined"),
    )
    keys = select_event_keys(given).collect()
    assert keys.get_column("link_key").is_null().to_list() == [False, *[True] * 5]
    assert keys.get_column("bounce_code").to_list() == [0, 0, 1, 2, 1, 0]
    assert list_links(given).collect().get_column("url").to_list() == ["https://x.io"]


def test_what_may_be_an_own_channel_is_numbered_in_the_file_and_then_in_the_run() -> None:
    """`zalo` and `visit` may be channels; the run knows `line` and `zalo` alone."""
    given = rows(
        Events, event("zalo_sent"), event("visit_sent"), event("email_sent"), event("sent")
    )
    own = list_own_channels(["zalo_sent", "visit_sent", "email_sent", "sent"], ["line"])
    assert own == ["line", "visit", "zalo"]
    keys = select_event_keys(given, own)
    run = RunChannels.of(["zalo", "line", "email"])
    assert run.codes["zalo"] == FIRST_OWN_CODE + 1
    got = recode_types(keys, own, run.codes).select("row_number", "type_code").collect()
    channels = [(number, code // CHANNEL_STRIDE) for number, code in got.rows()]
    assert channels == [(1, run.codes["zalo"]), (3, run.codes["email"]), (4, 0)]


def test_a_message_is_referred_to_with_its_least_campaign_and_first_channel() -> None:
    """Where sends name none, other events that name none do not tell theirs."""
    events = rows(
        Events,
        event("sms_sent", message_id="m"),
        event("email_sent", message_id="m"),
        event("visit_sent", message_id="n"),
        event("email_sent"),
    )
    sends = rows(
        Sends,
        {"send_id": "3", "contact_id": "c", "status": "sent"},
        {"send_id": "1", "message_id": "m", "campaign_id": "q2", "status": "sent"},
        {"send_id": "2", "message_id": "m", "campaign_id": "q1", "status": "sent"},
    )
    keys = [select_event_keys(events, ["visit"]), select_send_keys(sends)]
    listed = pl.concat([list_references(one) for one in keys])
    got = merge_references(listed, RunChannels().codes).sort("message_id").collect()
    names = ("message_id", "campaign_id", "channel")
    assert got.select(names).rows() == [
        (None, None, None),
        ("m", "q1", "email"),
        ("n", None, None),
    ]


def test_a_send_s_message_is_the_one_it_names_or_that_its_campaign_implies() -> None:
    keys = select_send_keys(
        rows(
            Sends,
            {"send_id": "1", "message_id": "m", "campaign_id": "q", "status": "queued"},
            {"send_id": "2", "campaign_id": "q", "status": "sent", "created_at": NOON},
            {
                "send_id": "3",
                "status": "sent",
                "sent_at": NOON,
                "created_at": NOON,
                "email": "a@x.io",
            },
        )
    ).collect()
    assert keys.get_column("message_key").n_unique() == 3
    assert keys.get_column("created_at").to_list() == [None, NOON, None]
    assert keys.get_column("status_code").to_list() == [0, 1, 1]
    assert keys.select("is_by_address").to_series().to_list() == [True, True, True]
    assert set(SendKeys.to_schema().columns) <= set(keys.columns)
