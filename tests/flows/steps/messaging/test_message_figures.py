"""What SPEC §1, §4.2 and §6.1 say of channels, deliveries and sends without a row, by figures."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.errors import ConfigurationError
from tests.support.message_workspaces import PEOPLE, channels, event, publish
from tests.support.publishing import Rows, Worlds, row
from tests.support.workspaces import Ran, as_json_lines, feed, run_workspace, write_workspace

world = Worlds()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What one run gave to each of the worlds."""
    return world.publish(tmp_path_factory.mktemp("worlds"), contacts=PEOPLE)


JAN_2 = "2026-01-02T10:00:00Z"


def counts(ran: Ran, group: str, *names: str, **key: object) -> tuple[Any, ...]:
    got = row(ran, group, "message_report", **key)
    return tuple(got[name] for name in names)


def test_a_channel_of_one_s_own_has_the_words_and_the_tables_of_the_others(tmp_path: Path) -> None:
    """`whatsapp` is named by a message, `in_app` by the configuration, `store` by nobody."""
    ran = publish(
        tmp_path,
        '[workspace]\nchannels = ["in_app"]\n',
        messages=b"message_id,name,channel\nw1,Hello,whatsapp\n",
        events=[
            event("e1", "whatsapp_sent", contact_id="101", message_id="w1"),
            event("e2", "whatsapp_delivered", contact_id="101", message_id="w1"),
            event("e3", "whatsapp_sent", contact_id="102", message_id="w1"),
            event("e4", "whatsapp_replied", contact_id="102", message_id="w1"),
            event("e5", "in_app_clicked", contact_id="101", message_id="a1", url="https://x.io"),
            event("e6", "store_opened", contact_id="101", message_id="w1"),
        ],
    )
    assert channels(ran) == {"in_app", "whatsapp"}
    names = ("sends", "delivered", "sent", "replies", "opens")
    assert counts(ran, "whatsapp", *names) == (2, 1, 1, 1, 0)
    assert counts(ran, "in_app", "sends", "delivered", "unique_clicks") == (1, 1, 1)
    assert ran.table("in_app", "link_report").get_column("url").to_list() == ["https://x.io"]
    levels = ran.table("campaigns", "hierarchy_report").filter(level="message")
    assert levels.select("channel", "message_id").rows() == [("in_app", "a1"), ("whatsapp", "w1")]


def test_more_channels_than_tables_can_be_made_for_are_a_column_read_wrongly(
    tmp_path: Path,
) -> None:
    names = "".join(f"c{n},N,chat_{n}\n" for n in range(201))
    with pytest.raises(ConfigurationError, match="201 channels of their own"):
        publish(
            tmp_path,
            campaigns=b"campaign_id,name,channel\n" + names.encode(),
            events=[event("e1", "email_opened", contact_id="101")],
        )


def test_own_channels_of_several_files_are_told_apart(tmp_path: Path) -> None:
    """Each file numbers the names that its event types may mean by itself."""
    files = {
        "raw/contacts/1.csv": PEOPLE,
        "raw/messages/1.csv": b"message_id,name,channel\nz,Z,zalo\nl,L,line\n",
        "raw/events/1.jsonl": as_json_lines(
            [event("1", "zalo_sent", contact_id="101", message_id="z")]
        ),
        "raw/events/2.jsonl": as_json_lines(
            [
                event("2", "line_sent", contact_id="101", message_id="l"),
                event("3", "visit_sent", contact_id="101", message_id="l"),
                event("4", "zalo_sent", contact_id="102", message_id="z"),
            ]
        ),
    }
    toml = "".join(feed(table, f"raw/{table}/*") for table in ("contacts", "messages", "events"))
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    assert (counts(ran, "line", "sends"), counts(ran, "zalo", "sends")) == ((1,), (2,))


@world
def without_a_channel() -> dict[str, Rows]:
    return {
        "dispatches": b"dispatch_id,name\nd1,Organic\n",
        "messages": b"message_id,name,dispatch_id,channel\nm1,Post,d1,\nm2,Mail,,email\n",
        "sends": b"send_id,message_id,contact_id,status\ns1,m1,101,delivered\n"
        b"s2,m2,101,delivered\n",
        "events": [event("e1", "email_opened", send_id="s2")],
    }


def test_what_no_feed_gives_a_channel_is_other_and_never_email(worlds: dict[str, Ran]) -> None:
    """All events are e-mail's, and yet the dispatch without a channel is not."""
    ran = worlds["without_a_channel"]
    assert counts(ran, "other", "message_id", "sends") == ("m1", 1)
    assert counts(ran, "email", "message_id", "sends") == ("m2", 1)


def test_the_events_of_its_sends_tell_a_message_s_channel(tmp_path: Path) -> None:
    """No asset describes m1; one of its two sends was opened: both are e-mails."""
    ran = publish(
        tmp_path,
        sends=b"send_id,message_id,contact_id,status\ns1,m1,101,delivered\ns2,m1,102,delivered\n",
        events=[event("e1", "email_opened", send_id="s1")],
    )
    assert channels(ran) == {"email"}
    assert counts(ran, "email", "message_id", "sends", "open_rate") == ("m1", 2, 0.5)


WITHOUT_RECEIPTS = (
    b"send_id,message_id,contact_id,status,sent_at\n"
    b"s1,m1,101,sent,2026-01-01T09:00:00Z\ns2,m1,102,sent,2026-01-01T09:00:00Z\n"
    b"s3,m1,103,sent,2026-01-01T09:00:00Z\ns4,m1,104,queued,\n"
)
MAIL = b"message_id,name,channel,campaign_id\nm1,Mail,email,q\n"


def test_without_receipts_what_was_sent_counts_as_delivered(tmp_path: Path) -> None:
    """Of three sent one bounced and one was opened: 2 delivered, opened by one half."""
    ran = publish(
        tmp_path,
        messages=MAIL,
        sends=WITHOUT_RECEIPTS,
        events=[
            event("e1", "email_opened", JAN_2, send_id="s1"),
            event("e2", "email_bounced", JAN_2, send_id="s3"),
        ],
    )
    names = ("sends", "queued", "sent", "delivered", "bounced", "other_bounces", "delivery_basis")
    assert counts(ran, "email", *names) == (4, 1, 0, 2, 1, 1, "assumed")
    assert counts(ran, "email", "delivery_rate", "open_rate") == (0.5, 0.5)
    days = ran.table("email", "daily_report").select("date_day", "delivered", "delivery_basis")
    assert [(str(day), *rest) for day, *rest in days.rows()] == [
        ("None", 0, "assumed"),
        ("2026-01-01", 2, "assumed"),
        ("2026-01-02", 0, "assumed"),
    ]
    (warning,) = [w for w in ran.warnings if w.code == "receipts_assumed"]
    assert (warning.feed, warning.count) == ("sends", 2)
    contacts = ran.table("people", "contact_report").filter(contact_id="102")
    assert contacts.select("delivered", "last_delivered_at").rows()[0][0] == 1
    assert contacts.get_column("last_delivered_at").dt.day().to_list() == [1]


def test_another_feed_s_receipt_is_one(tmp_path: Path) -> None:
    """Then what it does not say was delivered was not: 1 of 3."""
    delivered = [event("e1", "email_delivered", JAN_2, send_id="s1")]
    ran = publish(tmp_path, messages=MAIL, sends=WITHOUT_RECEIPTS, events=delivered)
    assert counts(ran, "email", "sent", "delivered", "delivery_basis") == (2, 1, "receipts")
    assert "receipts_assumed" not in {w.code for w in ran.warnings}


def test_a_feed_with_receipts_and_one_without_are_mixed(tmp_path: Path) -> None:
    """Message m1's feed says nothing of deliveries, m2's does; their campaign has both."""
    files = {
        "raw/contacts/1.csv": PEOPLE,
        "raw/messages/1.csv": b"message_id,name,channel,campaign_id\nm1,A,email,q\nm2,B,email,q\n",
        "raw/a/1.csv": WITHOUT_RECEIPTS,
        "raw/b/1.csv": b"send_id,message_id,contact_id,status\nt1,m2,101,delivered\n"
        b"t2,m2,102,sent\n",
    }
    toml = feed("contacts", "raw/contacts/*") + feed("messages", "raw/messages/*")
    toml += feed("sends", "raw/a/*", name='"a"') + feed("sends", "raw/b/*", name='"b"')
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    got = ran.table("email", "message_report").select("sent", "delivered", "delivery_basis")
    assert got.rows() == [(0, 3, "assumed"), (1, 1, "receipts")]
    campaign = row(ran, "email", "campaign_report", campaign_id="q")
    assert (campaign["delivered"], campaign["delivery_basis"]) == (4, "mixed")
    (warning,) = [w for w in ran.warnings if w.code == "receipts_assumed"]
    assert (warning.feed, warning.count) == ("a", 3)


@world
def several_sends() -> dict[str, Rows]:
    at = "2026-01-0{}T10:00:00Z".format
    happened = [
        *(("101", "sent", day) for day in (2, 4, 4, 6)),
        *(("101", "delivered", day) for day in (2, 4)),
        *(("101", "opened", day) for day in (1, 5, 5)),
        *(("102", "delivered", day) for day in (9, 8)),
        *(("103", "opened", day) for day in (9, 8)),
    ]
    return {
        "events": [
            event(f"{number}", f"email_{action}", at(day), contact_id=contact, message_id="w1")
            for number, (contact, action, day) in enumerate(happened)
        ]
    }


def test_every_sent_of_a_message_to_a_contact_is_a_send(worlds: dict[str, Ran]) -> None:
    """A flow sent w1 three times: opened after the second and, earlier than all, once too soon."""
    ran = worlds["several_sends"]
    # 101: three sends, two of them delivered; 102: two, by their deliveries; 103: one.
    names = ("sends", "sent", "delivered", "opens", "unique_opens")
    assert counts(ran, "email", *names) == (6, 1, 5, 5, 3)


@world
def without_a_message() -> dict[str, Rows]:
    return {
        "events": [
            event("e1", "email_sent", "2026-01-01T10:00:00Z", contact_id="101"),
            event("e2", "email_sent", "2026-01-02T10:00:00Z", contact_id="101"),
            event("e3", "email_clicked", "2026-01-03T10:00:00Z", contact_id="101"),
            event("e4", "sms_delivered", "2026-01-03T10:00:00Z", send_id="x7"),
        ]
    }


def test_events_that_name_no_message_are_a_row_of_their_channel(worlds: dict[str, Ran]) -> None:
    ran = worlds["without_a_message"]
    names = ("message_id", "campaign_id", "campaign_name", "sends", "clicks")
    assert counts(ran, "email", *names) == (None, None, "(none)", 2, 1)
    assert counts(ran, "sms", *names) == (None, None, "(none)", 1, 0)


def test_a_send_without_a_time_has_that_of_its_row_message_or_dispatch(tmp_path: Path) -> None:
    """In New York a send_date is the day there, not that of the midnight in London."""
    ran = publish(
        tmp_path,
        '[workspace]\ntimezone = "America/New_York"\n',
        campaigns=b"campaign_id,name,channel,sent_at\nq,Q,email,2026-01-08T10:00:00Z\n",
        dispatches=b"dispatch_id,name,campaign_id,dispatched_at\nd,D,q,2026-01-07T10:00:00Z\n",
        messages=b"message_id,name,dispatch_id,send_date\n"
        b"row,R,d,2026-01-06\nmessage,M,d,2026-01-06\ndispatch,D,d,\n",
        sends=b"send_id,message_id,contact_id,status,sent_at,created_at\n"
        b"s1,row,101,sent,,2026-01-05T10:00:00Z\ns2,message,101,sent,,\ns3,dispatch,101,sent,,\n",
    )
    days = ran.table("email", "daily_report").filter(pl.col("sends") > 0)
    assert dict(days.select("message_id", pl.col("date_day").cast(pl.String)).rows()) == {
        "row": "2026-01-05",
        "message": "2026-01-06",
        "dispatch": "2026-01-07",
    }


@world
def campaign_s_time() -> dict[str, Rows]:
    return {
        "campaigns": b"campaign_id,name,channel,sent_at\nq,Q,email,2026-01-08T10:00:00Z\n",
        "sends": b"send_id,campaign_id,contact_id,status\ns1,q,101,sent\n",
    }


def test_a_campaign_s_time_is_its_sends_time(worlds: dict[str, Ran]) -> None:
    ran = worlds["campaign_s_time"]
    days = ran.table("email", "daily_report").select("date_day", "sends", "delivered")
    assert [(str(day), *rest) for day, *rest in days.rows()] == [("2026-01-08", 1, 1)]


@world
def mailboxes() -> dict[str, Rows]:
    return {"messages": MAIL, "sends": WITHOUT_RECEIPTS}


def test_mailbox_domains_and_nobody_s_address(worlds: dict[str, Ran]) -> None:
    """domain_report: two contacts at x.io by one address, one without an address."""
    ran = worlds["mailboxes"]
    got = ran.table("email", "domain_report").select("domain", "sends", "delivered")
    assert got.rows() == [("(none)", 2, 1), ("x.io", 2, 2)]


def test_a_provider_s_summary_stands_beside_what_we_count(tmp_path: Path) -> None:
    """provider_report: 100 of 120 opened says the provider, whose sends we saw 4 of."""
    ran = publish(
        tmp_path,
        messages=MAIL,
        sends=WITHOUT_RECEIPTS,
        message_stats=b"channel,message_id,message_name,date_day,sends,delivered,unique_opens\n"
        b"email,m1,Mail,,130,120,100\nemail,m9,Old,,10,0,0\nwhatsapp,w,W,,5,5,1\n",
    )
    got = row(ran, "email", "provider_report", message_id="m1")
    assert (got["sends"], got["open_rate"]) == (130, 100 / 120)
    assert (got["counted_sends"], got["counted_delivered"]) == (4, 3)
    old = row(ran, "email", "provider_report", message_id="m9")
    assert (old["open_rate"], old["counted_sends"]) == (None, None)
    assert counts(ran, "email", "sends") == (4,)
    assert ran.table("whatsapp", "provider_report").height == 1
    assert channels(ran) == {"email"}


def test_a_provider_s_revenue_without_a_rate_is_counted_and_left_out(tmp_path: Path) -> None:
    """Of 10.00 EUR and 5.00 USD the dollars alone stand in dollars."""
    stats = b"channel,message_id,sends,revenue,currency\nemail,a,1,10,EUR\nemail,b,1,5,USD\n"
    ran = publish(tmp_path, message_stats=stats)
    got = ran.table("email", "provider_report").get_column("revenue").to_list()
    assert got == [None, Decimal(5)]
    (warning,) = [w for w in ran.warnings if w.code == "rate_missing"]
    assert (warning.count, warning.amount) == (1, "10.0000")


@world
def several_channels() -> dict[str, Rows]:
    return {
        "campaigns": b"campaign_id,name\nq,Q\n",
        "messages": b"message_id,name,campaign_id,channel\nm1,A,q,email\nm2,B,q,sms\n",
        "sends": b"send_id,message_id,contact_id,status\ns1,m1,101,delivered\ns2,m2,101,failed\n",
        "events": [
            event("e1", "email_opened", contact_id="101"),
            event("e2", "sms_clicked", contact_id="102"),
        ],
    }


def test_levels_of_several_channels_are_several(worlds: dict[str, Ran]) -> None:
    """The hierarchy's campaign has e-mail and SMS; `(none)` stands once a channel."""
    ran = worlds["several_channels"]
    levels = ran.table("campaigns", "hierarchy_report").filter(level="campaign")
    got = levels.select("channel", "campaign_name", "sends", "failed")
    assert got.rows() == [
        ("email", "(none)", 1, 0),
        ("several", "Q", 2, 1),
        ("sms", "(none)", 1, 0),
    ]


@pytest.mark.parametrize(("sends", "told"), [(99, []), (100, [100])])
def test_opens_that_nobody_tells_are_not_none(tmp_path: Path, sends: int, told: list[int]) -> None:
    """An export of clicks alone: an open rate of 0 is no figure, and is told."""
    rows = [
        {"send_id": str(n), "contact_id": "101", "campaign_id": "c", "status": "delivered"}
        for n in range(sends)
    ]
    clicks = [event("c1", "email_clicked", send_id="1")]
    ran = publish(tmp_path, sends=rows, events=clicks)
    found = [one for one in ran.warnings if one.code == "never_told"]
    assert [one.count for one in found] == told
    assert all("no feed says of any of 100 delivered e-mails" in one.message for one in found)
    opens = [*clicks, event("o1", "email_opened", send_id="1")]
    ran = publish(tmp_path / "opened", sends=rows, events=opens)
    assert "never_told" not in {one.code for one in ran.warnings}
