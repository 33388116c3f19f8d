"""Canonical rows as activities (SPEC §6.4): ids say of which message, send and contact they are."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.channels import RunChannels
from contracts.columns import columns, polars_schema
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import SessionLinks
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import AddressOwners, FeedEvents, FeedSends
from contracts.facts.people.described_activities import (
    ContactSends,
    LinkNames,
    MessageEvents,
)
from contracts.facts.people.numbered_activities import FirstSentEvents, KeyedEvents, KeyedSends
from contracts.feeds import Events, Sends
from tests.support.frames import frame
from tests.support.numbered_people import number_people
from transforms.activities.activity_keys import (
    add_first_sent,
    find_contacts,
    find_first_sent,
    key_sends,
    name_channels,
    name_contacts,
    name_keys_of_events,
    place_events,
    place_sends,
)
from transforms.activities.ad_names_now import (
    describe_links,
    key_links,
    list_dated_sources,
    name_links,
)
from transforms.activities.described_activities import (
    describe_events,
    describe_sends,
    number_events,
    number_messages,
    number_sends,
)
from transforms.activities.direct_mail import list_shown_mail
from transforms.activities.person_numbers import (
    key_people,
    number_contacts,
    place_contacts,
    restore_contacts,
)
from transforms.common.keys import CONTACT, MESSAGE, SEND, hash_email, hash_id
from transforms.messaging.send_keys import select_event_keys, select_send_keys

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWN = RunChannels.of(["whatsapp"])
NOBODY = pl.DataFrame(schema=polars_schema(AddressOwners))
MESSAGES = pl.LazyFrame(
    {
        "org_id": ["o", "o", "o"],
        "message_id": ["m1", "m2", "m3"],
        "message_name": ["Mail", "Card", "Chat"],
        "dispatch_id": ["d1", "d2", "d3"],
        "campaign_id": ["c1", "c2", "c3"],
        "campaign_name": ["Spring", "Summer", "Autumn"],
        "channel": ["email", "direct_mail", "whatsapp"],
        "window_start": [None, date(2026, 1, 12), None],
        "window_days": [None, 14, None],
        "planned_at": [NOON - HOUR, None, NOON],
    },
    schema_overrides={
        "window_start": pl.Date,
        "window_days": pl.Int64,
        "planned_at": pl.Datetime("us", "UTC"),
    },
).with_columns(hash_id("message_id", seed=MESSAGE).alias("message_key"))


def event(event_id: str, event_type: str, **more: object) -> dict[str, Any]:
    """An event of organization o at noon."""
    row = {"org_id": "o", "event_id": event_id, "event_type": event_type, "occurred_at": NOON}
    return row | {"is_machine": None} | more


def describe(events: list[dict[str, Any]], sends: list[dict[str, Any]] | None = None) -> Any:
    """Events as activities, in the order of their ids."""
    rows, of_sends = frame(Events, events), frame(Sends, sends or [])
    people, messages = number_all(rows, of_sends), number()
    keyed = (
        rows.with_columns(machine_reason=pl.lit(None, pl.String))
        .pipe(find_contacts, NOBODY)
        .pipe(name_keys_of_events)
        .pipe(place_events, place_sends(key_rows(of_sends)))
        .pipe(name_channels, OWN)
        .select(columns(KeyedEvents))
    )
    numbered = number_events(number_contacts(keyed, place_contacts(people)), messages.collect())
    described = describe_events(restore_contacts(numbered, people), messages).collect()
    assert described.schema == polars_schema(MessageEvents)
    return described.sort("event_id")


def number() -> pl.LazyFrame:
    """The messages with their numbers, and nothing in the columns that no test is about."""
    missing = set(polars_schema(DescribedMessages)) - set(MESSAGES.collect_schema())
    return number_messages(MESSAGES.with_columns(pl.lit(None).alias(name) for name in missing))


def number_all(*naming: pl.LazyFrame) -> pl.DataFrame:
    """The people whom rows name."""
    named = pl.concat(key_people(rows) for rows in naming)
    return number_people(named.clear(), named)


def select_keys(sends: pl.LazyFrame) -> pl.LazyFrame:
    """The key columns of sends."""
    numbered = sends.with_columns(pl.col("status").fill_null("sent")).with_row_index("row_number")
    keys = select_send_keys(numbered).with_columns(feed=pl.lit(1, pl.UInt16))
    return keys.select(polars_schema(FeedSends).names())


def key_rows(sends: pl.LazyFrame, owners: pl.DataFrame = NOBODY) -> pl.LazyFrame:
    """Canonical sends as `KeyedSends`."""
    keyed = find_contacts(sends, owners).with_columns(
        pl.lit(None, polars_schema(FirstSentEvents)["first_sent_at"]).alias("first_sent_at")
    )
    return key_sends(keyed).select(columns(KeyedSends))


def test_an_address_names_its_contact_trimmed_and_in_any_case() -> None:
    """An id that stands there is kept; an address that nobody bears names nobody."""
    owners = pl.DataFrame(
        {"org_id": ["o"], "email": ["ann@x.io"], "contact_id": ["101"]}
    ).with_columns(email_key=hash_email(), contact_key=hash_id("contact_id", seed=CONTACT))
    rows = pl.LazyFrame(
        {
            "org_id": ["o", "o", "o"],
            "contact_id": ["7", None, None],
            "email": ["ann@x.io", " Ann@X.io", "bo@x.io"],
        }
    )
    named = name_contacts(rows, owners).collect()
    expected = pl.DataFrame({"org_id": ["o", "o", "o"], "contact_id": ["7", "101", None]})
    assert_frame_equal(named, expected, check_row_order=False)
    keys = expected.select(contact_key=hash_id("contact_id", seed=CONTACT))
    assert_frame_equal(find_contacts(rows, owners).select("contact_key").collect(), keys)


def test_a_send_is_its_contacts_by_id_or_by_address() -> None:
    """The address of send 13 nobody bears."""
    sends = [
        {"org_id": "o", "send_id": "11", "contact_id": "101"},
        {"org_id": "o", "send_id": "12", "email": "Bo@x.io"},
        {"org_id": "o", "send_id": "13", "email": "cy@x.io"},
    ]
    rows = pl.DataFrame({"org_id": ["o"], "email": ["bo@x.io"], "contact_id": ["102"]})
    contact_key = hash_id("contact_id", seed=CONTACT).alias("contact_key")
    owners = rows.select(hash_email().alias("email_key"), contact_key, "contact_id")
    placed = place_sends(key_rows(frame(Sends, sends), owners)).collect()
    keys = placed.sort("send_key").get_column("contact_key").to_list()
    expected = pl.LazyFrame(sends).select(
        send_key=hash_id("send_id", seed=SEND),
        contact_key=pl.Series(["101", "102", None]).alias("contact_id"),
    )
    named = pl.DataFrame({"org_id": ["o"] * 3, "contact_id": ["101", "102", None]})
    of_send = expected.collect().get_column("send_key")
    wanted = named.select(contact_key).get_column("contact_key")
    assert keys == pl.DataFrame({"s": of_send, "c": wanted}).sort("s").get_column("c").to_list()


@pytest.mark.parametrize(
    ("event_type", "names", "full_type", "channel"),
    [
        ("email_clicked", {"message_id": "m1"}, "email_clicked", "email"),
        ("clicked", {"message_id": "m1"}, "email_clicked", "email"),
        ("clicked", {"message_id": "m3"}, "whatsapp_clicked", "whatsapp"),
        ("whatsapp_replied", {}, "whatsapp_replied", "whatsapp"),
        ("unsubscribed", {"message_id": "m2"}, "direct_mail_unsubscribed", "direct_mail"),
        ("unsubscribed", {}, "other_unsubscribed", "other"),
        ("store_visit", {}, "store_visit", None),
        ("telegram_clicked", {}, "telegram_clicked", None),
    ],
)
def test_a_bare_action_takes_the_channel_of_its_message(
    event_type: str, names: dict[str, str], full_type: str, channel: str | None
) -> None:
    """An own channel has the same words; a name that no channel bears is a generic event."""
    (row,) = describe([event("e1", event_type, **names)]).to_dicts()
    assert (row["event_type"], row["channel"]) == (full_type, channel)


def test_an_event_of_a_send_is_of_its_contact_and_message() -> None:
    """e1 names send 11 alone; e2 a message; e3 nothing that is known."""
    sends = [{"org_id": "o", "send_id": "11", "message_id": "m1", "contact_id": "101"}]
    events = [
        event("e1", "email_opened", send_id="11"),
        event("e2", "email_opened", message_id="m1", contact_id="102"),
        event("e3", "email_opened", send_id="99", message_id="m9"),
    ]
    names = ["contact_id", "message_id", "message_name", "dispatch_id", "campaign_name"]
    assert describe(events, sends).select(names).rows() == [
        ("101", "m1", "Mail", "d1", "Spring"),
        ("102", "m1", "Mail", "d1", "Spring"),
        (None, "m9", None, None, None),
    ]


def told(sends: list[dict[str, Any]], events: list[dict[str, Any]]) -> pl.LazyFrame:
    """Sends as activities, some of them told of by events."""
    rows, messages = frame(Sends, sends), number()
    people = number_all(rows)
    keys = select_event_keys(frame(Events, events).with_row_index("row_number"), OWN.own)
    keys = keys.with_columns(feed=pl.lit(1, pl.UInt16)).select(polars_schema(FeedEvents).names())
    sent = find_first_sent(keys, select_keys(rows))
    keyed = key_sends(add_first_sent(find_contacts(rows, NOBODY), sent)).select(columns(KeyedSends))
    numbered = number_sends(number_contacts(keyed, place_contacts(people)), messages.collect())
    return describe_sends(restore_contacts(numbered, people), messages)


def test_sends_bear_names_channel_and_window() -> None:
    """Who was not held out was not held out on purpose."""
    sends = [{"org_id": "o", "send_id": "21", "message_id": "m2", "contact_id": "101"}]
    described = told(sends, []).collect()
    assert described.schema == polars_schema(ContactSends)
    (row,) = described.to_dicts()
    assert (row["message_name"], row["channel"], row["is_holdout"]) == (
        "Card",
        "direct_mail",
        False,
    )
    assert (row["window_start"], row["window_days"]) == (date(2026, 1, 12), 14)


def test_a_send_without_sent_at_has_the_time_that_the_reports_give_it() -> None:
    """Its creation, else its `sent` event, else its message's time (m3's noon)."""
    own = {"org_id": "o", "contact_id": "101"}
    early, late = NOON - HOUR, NOON + HOUR
    sends = [
        own | {"send_id": "31", "message_id": "m3", "sent_at": late, "created_at": early},
        own | {"send_id": "32", "message_id": "m3", "created_at": early},
        own | {"send_id": "33", "message_id": "m3"},
        own | {"send_id": "34", "message_id": "m3"},
        own | {"send_id": "35", "message_id": "m2"},
    ]
    events = [
        event("e1", "whatsapp_sent", send_id="31"),
        event("e2", "whatsapp_sent", send_id="32", occurred_at=late),
        event("e3", "whatsapp_sent", send_id="33", occurred_at=late),
        event("e4", "whatsapp_opened", send_id="34"),
    ]
    described = told(sends, events)
    assert described.sort("send_id").select("send_id", "sent_at").collect().rows() == [
        ("31", late),
        ("32", early),
        ("33", late),
        ("34", NOON),
        ("35", None),
    ]


def test_direct_mail_that_events_alone_show_is_a_send_each_instant() -> None:
    """Contact 101 got the card twice, once told of by two rows; 102's stands in the sends feed."""
    events = [
        event("e1", "direct_mail_sent", message_id="m2", contact_id="101"),
        event("e2", "direct_mail_sent", message_id="m2", contact_id="101"),
        event("e3", "direct_mail_sent", message_id="m2", contact_id="101", occurred_at=NOON + HOUR),
        event("e4", "direct_mail_sent", message_id="m2", contact_id="102"),
        event("e5", "email_sent", message_id="m1", contact_id="101"),
    ]
    row = {"org_id": "o", "send_id": "22", "contact_id": "102", "message_id": "m2"}
    sends = frame(ContactSends, [row | {"is_of_event": False, "channel": "direct_mail"}])
    result = list_shown_mail(sends, describe(events).lazy(), MESSAGES).sort("send_id").collect()
    assert result.select("send_id", "sent_at", "window_start", "is_of_event").rows() == [
        ("e1", NOON, date(2026, 1, 12), True),
        ("e3", NOON + HOUR, date(2026, 1, 12), True),
    ]


def test_sessions_bear_the_names_that_ads_have_now() -> None:
    """The ad was called Old until May; a session of no ad has no names."""
    ad = {"org_id": "o", "platform": "google_ads", "level": "ad", "campaign_id": "7", "ad_id": "77"}
    names = [
        ad | {"name": "Old", "valid_until": date(2026, 5, 1)},
        ad | {"name": "New", "valid_from": date(2026, 5, 1)},
        ad | {"level": "campaign", "ad_id": None, "name": "Spring ads"},
    ]
    of_ad = {"org_id": "o", "platform": "google_ads", "campaign_id": "7", "ad_id": "77"}
    links = frame(SessionLinks, [of_ad | said(1), {"org_id": "o"} | said(2)])
    named = describe_links(links, frame(AdNames, names)).select(columns(LinkNames))
    sessions = [{"session_id": str(number)} | came(number, 1) for number in (1, 2)]
    keyed = key_links(frame_sessions(sessions), list_dated_sources(links))
    result = name_links(keyed, named).collect()
    assert {*polars_schema(LinkNames)} - {*result.columns} == {"link_key"}
    assert result.sort("session_id").select("campaign_name", "ad_name").rows() == [
        ("Spring ads", "New"),
        (None, None),
    ]


def test_a_session_came_by_the_link_of_its_day_where_the_day_matters() -> None:
    """Source 1 means the same on all days, source 2 another thing on the second."""
    links = frame(
        SessionLinks,
        [
            said(1) | {"utm_source": "lasting"},
            *(said(2, day) | {"utm_source": f"of day {day}"} for day in (1, 2)),
        ],
    )
    named = describe_links(links, frame(AdNames, [])).select(columns(LinkNames))
    assert named.select("link_key").collect().n_unique() == 3
    sessions = [
        {"session_id": f"{source}{day}"} | came(source, day) for source in (1, 2) for day in (1, 2)
    ]
    keyed = key_links(frame_sessions(sessions), list_dated_sources(links))
    result = name_links(keyed, named).collect().sort("session_id")
    assert result.get_column("utm_source").to_list() == [
        *("lasting", "lasting"),
        *("of day 1", "of day 2"),
    ]


def said(source: int, day: int | None = None) -> dict[str, Any]:
    """A link of a traffic source."""
    on = None if day is None else date(2026, 5, day)
    return {"link": source, "traffic_source": source, "traffic_source_check": 0, "day": on}


def came(source: int, day: int) -> dict[str, Any]:
    """By which traffic source a session came, and when."""
    of_source = {"traffic_source": source, "traffic_source_check": 0}
    return of_source | {"date_day": date(2026, 5, day)}


def frame_sessions(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """Sessions with the key of their traffic source."""
    key = ("traffic_source", "traffic_source_check")
    return pl.LazyFrame(rows, schema_overrides=dict.fromkeys(key, pl.UInt64))
