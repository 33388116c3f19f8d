"""The journeys sample: what people saw on five channels before they ordered, or did not.

Every feed has our own columns. The first contact's journey is told by hand (journeys_told.py), so
that it reads like a story; the others' are drawn. Some visitors are never known, some late.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from data.generators.journeys_told import (
    CATALOG,
    FROM_MAIL,
    MAIL,
    PAID,
    SHOP,
    TEXT,
    Row,
    contact_id,
    tell_events,
    tell_orders,
    tell_sessions,
)
from data.generators.people import Person, invent_people
from data.generators.writing import (
    instant,
    iso_stamp,
    later,
    new_id,
    write_csv,
    write_json_array,
    write_json_lines,
)

CONTACT = ("contact_id", "email", "phone", "first_name", "last_name", "created_at", "club")
DISPATCH = (
    "dispatch_id", "name", "campaign_id", "channel", "type", "attribution_start_date",
    "attribution_window_days",
)  # fmt: skip
MESSAGE = ("message_id", "name", "dispatch_id", "channel", "subject", "variant", "cost", "currency")
SEND = ("send_id", "message_id", "contact_id", "status", "sent_at", "delivered_at", "is_holdout")
SESSION = (
    "session_id", "started_at", "ended_at", "contact_id", "anonymous_id", "page_views",
    "landing_url", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content",
)  # fmt: skip
ORDER = (
    "order_id", "ordered_at", "contact_id", "anonymous_id", "revenue", "currency", "status",
    "basket",
)  # fmt: skip
STAT_DAYS = tuple(f"2026-01-{day:02d}" for day in range(1, 32))
AD = {
    "platform": "google_ads",
    "account_id": "123-456",
    "account_name": "Nordlicht",
    "campaign_id": "00881",
    "campaign_name": "Winter boots",
    "ad_group_id": "31",
    "ad_group_name": "Boots",
    "ad_id": "0410",
    "ad_name": "Boots, red",
}
VISITS: tuple[Row, ...] = (
    PAID,
    FROM_MAIL,
    {"referrer": "https://www.google.com/"},
    {"referrer": "https://blog.example.org/boots"},
    {},
)
SENT_AT = {MAIL: "2026-01-05 09:00:00", TEXT: "2026-01-12 11:00:00", CATALOG: "2026-01-01 00:00:00"}


def write_journeys(workspace: Path) -> None:
    """Write the raw files of the journeys sample."""
    random = Random(20260101)
    raw = workspace / "raw"
    people = invent_people(random, 80)
    write_csv(
        raw / "contacts.csv", (make_contact(random, person) for person in people), columns=CONTACT
    )
    write_json_array(raw / "campaigns.json", make_campaigns())
    write_csv(raw / "dispatches.csv", make_dispatches(), columns=DISPATCH)
    write_csv(raw / "messages.csv", make_messages(), columns=MESSAGE)
    sends = [send for person in people for send in make_sends(random, person)]
    write_csv(raw / "sends.csv.gz", sends, columns=SEND)
    events = [event for send in sends for event in make_events(random, send)] + tell_events()
    write_json_lines(
        raw / "events.jsonl.gz", sorted(events, key=lambda event: event["occurred_at"])
    )
    write_csv(raw / "sessions.csv", [*tell_sessions(), *make_sessions(random)], columns=SESSION)
    write_csv(raw / "orders.csv", [*tell_orders(), *make_orders(random)], columns=ORDER)
    write_csv(raw / "ads.csv", [{**AD, "landing_url": SHOP}], columns=(*AD, "landing_url"))
    write_csv(
        raw / "ad_stats.csv",
        make_ad_stats(random),
        columns=("date_day", *AD, "clicks", "impressions", "spend", "conversions"),
    )
    rates = [
        {"currency": "EUR", "date_day": "2026-01-01", "rate": "1.10"},
        {"currency": "EUR", "date_day": "2026-01-15", "rate": "1.08"},
    ]
    write_csv(raw / "exchange_rates.csv", rates, columns=("currency", "date_day", "rate"))


def make_contact(random: Random, person: Person) -> Row:
    """A contact with a custom attribute."""
    return {
        **vars(person),
        "contact_id": contact_id(person.number),
        "created_at": iso_stamp(
            later(instant("2025-06-01 00:00:00"), random, most_minutes=200_000)
        ),
        "club": random.choice(("yes", "no")),
    }


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
        is_told = person.number == 1
        if is_told or random.random() < share:
            sent = instant(SENT_AT[message])
            lost = random.random() < 0.05 and not is_told
            held = message != TEXT and random.random() < 0.2 and not is_told
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
    """Opens and clicks of what was delivered; the first contact's are told by hand."""
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


def make_sessions(random: Random) -> Iterator[Row]:
    """Visits of two hundred cookies; a third of them are told apart only by their cookie."""
    for number in range(400):
        cookie = random.randrange(200)
        start = later(instant("2026-01-01 00:00:00"), random, most_minutes=31 * 1440)
        known = cookie % 3 != 0 and random.random() < 0.5
        yield {
            "session_id": f"ses-{number:04d}",
            "started_at": iso_stamp(start),
            "ended_at": iso_stamp(start + timedelta(minutes=random.randrange(25))),
            "contact_id": contact_id(cookie % 79 + 2) if known else None,
            "anonymous_id": f"cookie-{cookie:03d}",
            "page_views": random.randrange(1, 9),
            "landing_url": f"{SHOP}/",
            **random.choice(VISITS),
        }


def make_orders(random: Random) -> Iterator[Row]:
    """Orders of contacts and cookies, in two currencies, some cancelled, one without a sum."""
    for number in range(90):
        ordered = later(instant("2026-01-02 00:00:00"), random, most_minutes=30 * 1440)
        cookie = random.randrange(200)
        is_anonymous = random.random() < 0.3
        yield {
            "order_id": f"{number:05d}",
            "ordered_at": iso_stamp(ordered),
            "contact_id": None if is_anonymous else contact_id(random.randrange(2, 81)),
            "anonymous_id": f"cookie-{cookie:03d}" if is_anonymous else None,
            "revenue": f"{random.randrange(900, 25_000) / 100:.2f}",
            "currency": random.choice(("USD", "USD", "EUR")),
            "status": random.choices(("paid", "cancelled", "refunded"), (90, 6, 4))[0],
            "basket": random.choice(("boots", "socks, wool", "gloves")),
        }
    yield {"order_id": "no-sum", "ordered_at": "2026-01-09T00:00:00Z", "contact_id": contact_id(2)}


def make_ad_stats(random: Random) -> Iterator[Row]:
    """January of the one ad."""
    for day in STAT_DAYS:
        clicks = random.randrange(25)
        yield {
            **AD,
            "date_day": day,
            "clicks": clicks,
            "impressions": clicks * 33 + 7,
            "spend": f"{clicks * 29 / 100:.2f}",
            "conversions": clicks // 6,
        }
