"""The messages of the journeys sample: four channels, who got them, and what they did."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from data.generators.first_journey import CATALOG, CHAT, MAIL, SHOP, TEXT, Row, contact_id
from data.generators.people import Person
from data.generators.writing import instant, iso_stamp, later, new_id

SENT_AT = {MAIL: "2026-01-05 09:00:00", TEXT: "2026-01-12 11:00:00", CATALOG: "2026-01-01 00:00:00"}


def make_campaigns() -> list[Row]:
    """A campaign of two message channels, and a mailing."""
    return [
        {
            "campaign_id": "cmp-winter",
            "name": "Winter, warm feet",
            "status": "sent",
            "theme": "boots",
        },
        {
            "campaign_id": "cmp-catalog",
            "name": "January catalog",
            "status": "sent",
            "theme": "home",
        },
    ]


def make_dispatches() -> Iterator[Row]:
    """One dispatch a channel; the mailing's window is the first fourteen days of January."""
    yield {
        "dispatch_id": "dsp-mail",
        "name": "Winter by e-mail",
        "campaign_id": "cmp-winter",
        "channel": "email",
    }
    yield {
        "dispatch_id": "dsp-text",
        "name": "Winter by text",
        "campaign_id": "cmp-winter",
        "channel": "sms",
    }
    yield {
        "dispatch_id": "dsp-chat",
        "name": "Winter by WhatsApp",
        "campaign_id": "cmp-winter",
        "channel": "whatsapp",
    }
    yield {
        "dispatch_id": "dsp-catalog",
        "name": "Catalog, first drop",
        "campaign_id": "cmp-catalog",
        "channel": "direct_mail",
        "type": "Catalog",
        "attribution_start_date": "2026-01-01",
        "attribution_window_days": 14,
    }


def make_messages() -> Iterator[Row]:
    """One message a dispatch, with what it cost."""
    for message, name, dispatch, channel, cost in (
        (MAIL, "Warm feet", "dsp-mail", "email", "12.00"),
        (TEXT, "Last pairs", "dsp-text", "sms", "8.40"),
        (CHAT, "Which size?", "dsp-chat", "whatsapp", "2.10"),
        (CATALOG, "Catalog 2026", "dsp-catalog", "direct_mail", "310.00"),
    ):
        yield {
            "message_id": message,
            "name": name,
            "dispatch_id": dispatch,
            "channel": channel,
            "subject": f"{name}!",
            "cost": cost,
            "currency": "USD",
        }


def make_sends(random: Random, person: Person) -> Iterator[Row]:
    """A mail to everybody, a text to half and the catalog to most, some of them held out."""
    for message, share in ((MAIL, 1.0), (TEXT, 0.5), (CATALOG, 0.8)):
        is_first = person.number == 1
        if is_first or random.random() < share:
            sent = instant(SENT_AT[message])
            lost = random.random() < 0.05 and not is_first
            held = message != TEXT and random.random() < 0.2 and not is_first
            is_mailed = message == CATALOG
            yield {
                "send_id": f"{message}-{person.number}",
                "message_id": message,
                "contact_id": contact_id(person.number),
                "status": "sent" if is_mailed or held else "failed" if lost else "delivered",
                "sent_at": None if held else iso_stamp(sent),
                "delivered_at": None
                if is_mailed or lost or held
                else iso_stamp(sent + timedelta(minutes=1)),
                "is_holdout": "true" if held else "false",
            }


def make_events(random: Random, send: Row) -> Iterator[Row]:
    """Opens and clicks of what was delivered; the first contact's are written by hand."""
    if send["status"] != "delivered" or send["contact_id"] == contact_id(1):
        return
    of = {name: send[name] for name in ("send_id", "message_id", "contact_id")}
    moment = later(datetime.fromisoformat(send["delivered_at"]), random, most_minutes=3_000)
    if send["message_id"] == MAIL and random.random() < 0.5:
        yield {
            **of,
            "event_id": new_id(random),
            "event_type": "email_opened",
            "occurred_at": iso_stamp(moment),
        }
    if random.random() < 0.25:
        kind = "email_clicked" if send["message_id"] == MAIL else "sms_clicked"
        clicked = iso_stamp(moment + timedelta(minutes=2))
        yield {
            **of,
            "event_id": new_id(random),
            "event_type": kind,
            "occurred_at": clicked,
            "url": f"{SHOP}/boots",
        }
    if random.random() < 0.04:
        kind = "email_unsubscribed" if send["message_id"] == MAIL else "sms_unsubscribed"
        yield {
            **of,
            "event_id": new_id(random),
            "event_type": kind,
            "occurred_at": iso_stamp(moment + timedelta(days=1)),
        }


def make_chat(people: list[Person]) -> Iterator[Row]:
    """A question by WhatsApp, the shop's own channel: to every fourth; every eighth answers."""
    for person in people[3::4]:
        of = {"contact_id": contact_id(person.number), "message_id": CHAT}
        actions = (("sent", "10:00:00"), ("delivered", "10:00:05"), ("replied", "10:42:00"))
        for action, time in actions if person.number % 8 == 0 else actions[:2]:
            yield {
                **of,
                "event_id": f"chat-{action}-{person.number}",
                "event_type": f"whatsapp_{action}",
                "occurred_at": f"2026-01-15T{time}Z",
            }


def make_provider_report(sends: list[Row]) -> Row:
    """The mail provider's own summary: it counts what was delivered as we do, and more opens."""
    mails = [send for send in sends if send["message_id"] == MAIL and send["is_holdout"] == "false"]
    delivered = sum(send["status"] == "delivered" for send in mails)
    return {
        "Title": "Warm feet",
        "Subject": "Warm feet!",
        "Total Recipients": len(mails),
        "Successful Deliveries": delivered,
        "Total Bounces": len(mails) - delivered,
        "Unique Opens": delivered * 3 // 4,
        "Total Opens": delivered * 5 // 4,
        "Unique Clicks": delivered // 4,
        "Total Clicks": delivered // 3,
        "Unsubscribes": 2,
        "Abuse Complaints": 0,
        "Unique Id": MAIL,
        "Total Orders": 4,
        "Total Revenue": "312.50",
    }
