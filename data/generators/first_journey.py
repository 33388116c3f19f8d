"""The journey of the first contact of the journeys sample, written by hand."""

from typing import Any

Row = dict[str, Any]
SHOP = "https://shop.example.com"
MAIL, TEXT, CATALOG, CHAT = "msg-mail", "msg-text", "msg-catalog", "msg-chat"
PAID = {
    "utm_source": "google",
    "utm_medium": "cpc",
    "utm_campaign": "Winter boots",
    "utm_content": "0410",
}
FROM_MAIL = {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "winter"}


def contact_id(number: int) -> str:
    """The id of the contact of that number."""
    return f"p{number:03d}"


def make_first_events() -> list[Row]:
    """The first contact opens the mail, visits the store, clicks in the text and leaves for a day.

    Who unsubscribes and subscribes again is subscribed.
    """
    rows = (
        ("email_opened", "2026-01-05T18:02:00Z", MAIL, None),
        ("email_clicked", "2026-01-05T18:03:00Z", MAIL, f"{SHOP}/boots"),
        ("store_visit", "2026-01-08T15:30:00Z", None, None),
        ("sms_clicked", "2026-01-12T11:20:00Z", TEXT, f"{SHOP}/boots/red"),
        ("email_unsubscribed", "2026-01-21T08:00:00Z", MAIL, None),
        ("email_subscribed", "2026-01-22T08:00:00Z", None, None),
    )
    return [
        {
            "event_id": f"first-{number}",
            "event_type": kind,
            "occurred_at": moment,
            "contact_id": contact_id(1),
            "message_id": message,
            "send_id": message and f"{message}-1",
            "url": url,
            "store": "Tromsø" if kind == "store_visit" else None,
        }
        for number, (kind, moment, message, url) in enumerate(rows)
    ]


def make_first_sessions() -> list[Row]:
    """An anonymous visit through an ad, the mail's landing, and the visit that ends in an order."""
    rows = (
        ("2026-01-03T20:00:00Z", None, PAID),
        ("2026-01-05T18:03:20Z", contact_id(1), FROM_MAIL),
        (
            "2026-01-12T11:20:30Z",
            contact_id(1),
            {"utm_source": "sms", "utm_medium": "sms", "utm_campaign": "winter"},
        ),
        ("2026-01-14T22:00:00Z", contact_id(1), {}),
    )
    return [
        {
            "session_id": f"first-{number}",
            "started_at": moment,
            "ended_at": moment.replace(":00Z", ":55Z"),
            "contact_id": who,
            "anonymous_id": "cookie-first",
            "page_views": 3 + number,
            "landing_url": f"{SHOP}/boots",
            **utm,
        }
        for number, (moment, who, utm) in enumerate(rows)
    ]


def make_first_orders() -> list[Row]:
    """The first contact's order in the last minute of the catalog's window, and a part back."""
    order = {"contact_id": contact_id(1), "anonymous_id": "cookie-first", "currency": "USD"}
    return [
        {
            **order,
            "order_id": "first-1",
            "ordered_at": "2026-01-14T22:59:00Z",
            "revenue": "120.01",
            "status": "paid",
            "basket": "boots, red",
        },
        {
            **order,
            "order_id": "first-2",
            "ordered_at": "2026-01-20T10:00:00Z",
            "revenue": "-20.00",
            "refund_of": "first-1",
            "status": "paid",
            "basket": "laces back",
        },
    ]
