"""The journeys sample: what people saw on six channels before they ordered, or did not.

Every feed but the mail provider's own report has our columns. The first contact's journey is
written by hand (first_journey.py), so that it reads like a story; the others' are drawn. Some
visitors are never known, some late.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

from data.generators.first_journey import (
    FROM_MAIL,
    PAID,
    SHOP,
    Row,
    contact_id,
    make_first_events,
    make_first_orders,
    make_first_sessions,
)
from data.generators.journeys_messages import (
    make_campaigns,
    make_chat,
    make_dispatches,
    make_events,
    make_messages,
    make_provider_report,
    make_sends,
)
from data.generators.people import Person, invent_people
from data.generators.writing import (
    instant,
    iso_stamp,
    later,
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
    "order_id", "ordered_at", "contact_id", "anonymous_id", "revenue", "refunded", "refund_of",
    "cancelled_at", "currency", "status", "basket",
)  # fmt: skip
CHAT_EVENT = ("event_id", "event_type", "occurred_at", "contact_id", "message_id")
PROVIDER = (
    "Title", "Subject", "Total Recipients", "Successful Deliveries", "Total Bounces",
    "Unique Opens", "Total Opens", "Unique Clicks", "Total Clicks", "Unsubscribes",
    "Abuse Complaints", "Unique Id", "Total Orders", "Total Revenue",
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
    events = [event for send in sends for event in make_events(random, send)] + make_first_events()
    write_json_lines(
        raw / "events.jsonl.gz", sorted(events, key=lambda event: event["occurred_at"])
    )
    write_csv(raw / "chat.csv", make_chat(people), columns=CHAT_EVENT)
    write_csv(raw / "provider_report.csv", [make_provider_report(sends)], columns=PROVIDER)
    write_csv(
        raw / "sessions.csv", [*make_first_sessions(), *make_sessions(random)], columns=SESSION
    )
    write_csv(raw / "orders.csv", [*make_first_orders(), *make_orders(random)], columns=ORDER)
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


def make_sessions(random: Random) -> Iterator[Row]:
    """Visits of two hundred cookies; a third of them differ only by their cookie."""
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
    """Orders of contacts, cookies and nobody known, some taken back, one without a sum."""
    for number in range(90):
        ordered = later(instant("2026-01-02 00:00:00"), random, most_minutes=30 * 1440)
        cookie = random.randrange(200)
        is_anonymous = random.random() < 0.3
        order = {
            "order_id": f"{number:05d}",
            "ordered_at": iso_stamp(ordered),
            "contact_id": None if is_anonymous else contact_id(random.randrange(2, 81)),
            "anonymous_id": f"cookie-{cookie:03d}" if is_anonymous else None,
            "revenue": f"{random.randrange(900, 25_000) / 100:.2f}",
            "currency": random.choice(("USD", "USD", "EUR")),
            "status": random.choices(("paid", "cancelled", "refunded"), (90, 6, 4))[0],
            "basket": random.choice(("boots", "socks, wool", "gloves")),
        }
        if order["status"] == "cancelled":
            order["cancelled_at"] = iso_stamp(ordered + timedelta(days=1))
        if order["status"] == "refunded":
            order["refunded"] = order["revenue"]
        yield order
    till = {"order_id": "till-1", "ordered_at": "2026-01-17T12:00:00Z", "revenue": "35.00"}
    yield {**till, "currency": "USD", "status": "paid", "basket": "socks, wool"}
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
