"""Generated people: what was sent to them, what they did, visited and ordered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

Row = dict[str, Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 20 * 1440
CHANNELS = ("email", "sms", "direct_mail")
PEOPLE = 6
EURO = Decimal("1.1")
VOID = ("cancelled", "refunded")
"""States of which the second is void only where no amount says what was given back."""

TOML = """
[workspace]
timezone = "America/New_York"
[attribution]
lookback_days = 10
lookback_hours = { email = 120, sms = 24 }
touch_events = ["store_visit"]
models = [
  "first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay",
]
[identity]
backward_days = 365
"""


@dataclass
class People:
    """The tables of a workspace. Device d3 is contact 3's; that of 1 and 2 nobody's, ever."""

    tables: dict[str, list[Row]]

    def shuffled(self, seed: int) -> dict[str, list[Row]]:
        """The same rows in another order."""
        random = Random(seed)  # noqa: S311 (no secret is drawn)
        return {name: random.sample(rows, len(rows)) for name, rows in self.tables.items()}


def make_people(seed: int) -> People:
    """Two organizations with the same ids."""
    random = Random(seed)  # noqa: S311 (no secret is drawn)
    tables: dict[str, list[Row]] = {
        name: []
        for name in (
            *("contacts", "campaigns", "messages", "sends", "events"),
            *("sessions", "orders", "exchange_rates"),
        )
    }
    for org_id in ("a", "b"):
        for table, rows in _make_organization(random).items():
            tables[table] += [{"org_id": org_id, **row} for row in rows]
    return People(tables)


def _make_organization(random: Random) -> dict[str, list[Row]]:
    people = [str(n) for n in range(1, PEOPLE + 1)]
    sends = [_make_send(random, f"s{n}") for n in range(30)]
    orders = [_make_order(random, f"o{n}") for n in range(30)]
    return {
        "contacts": [{"contact_id": n, "email": f"P{n}@x.io"} for n in people],
        "campaigns": [
            {"campaign_id": f"c-{channel}", "name": f"Idea {channel}", "channel": channel}
            for channel in CHANNELS
        ],
        "messages": [
            {"message_id": f"m-{channel}", "name": f"Text {channel}"}
            | {"campaign_id": f"c-{channel}", "channel": channel}
            | (MAILED if channel == "direct_mail" else {})
            for channel in CHANNELS
        ],
        "sends": sends,
        "events": [_make_event(random, f"e{n}", sends) for n in range(80)],
        "sessions": [_make_session(random, f"v{n}") for n in range(60)],
        "orders": orders + [_make_refund(random, f"r{n}", orders) for n in range(6)],
        "exchange_rates": [
            {"currency": "EUR", "date_day": "2025-12-01", "rate": str(EURO)},
        ],
    }


MAILED = {"attribution_start_date": "2026-01-03", "attribution_window_days": 7}


def _at(random: Random) -> str:
    """An instant of its own: no two things happen at once."""
    return (
        START + timedelta(minutes=random.randrange(MINUTES), seconds=random.random() * 60)
    ).isoformat()


def _make_send(random: Random, send_id: str) -> Row:
    channel = random.choice(CHANNELS)
    return {
        "send_id": send_id,
        "message_id": f"m-{channel}",
        "campaign_id": f"c-{channel}",
        "contact_id": str(random.randrange(1, PEOPLE + 1)),
        "status": random.choice(["sent", "delivered", "delivered", "bounced"]),
        "sent_at": _at(random),
        "is_holdout": random.random() < 0.1,
    }


def _who(random: Random) -> Row:
    """A contact, their address, or a device; devices of 1 and 2 are never seen with them."""
    number = random.randrange(1, PEOPLE + 1)
    return random.choice(
        [
            {"contact_id": str(number)},
            {"email": f" p{number}@X.io"},
            {"anonymous_id": f"d{number}"},
        ]
    )


def _make_event(random: Random, event_id: str, sends: list[Row]) -> Row:
    row = {"event_id": event_id, "occurred_at": _at(random)}
    if random.random() < 0.3:
        return row | {"event_type": "store_visit"} | _who(random)
    send = random.choice([one for one in sends if not one["is_holdout"]])
    channel = send["message_id"].removeprefix("m-")
    action = {"email": ["opened", "clicked", "clicked"], "sms": ["clicked"]}.get(channel, ["sent"])
    event_type = f"{channel}_{random.choice(action)}"
    machine = {"is_machine": True} if random.random() < 0.2 else {}
    return row | {"event_type": event_type, "send_id": send["send_id"]} | machine


LINKS = (
    "",
    "?utm_source=news&utm_medium=email",
    "?utm_source=news&utm_medium=sms",
    "?utm_source=partner&utm_medium=affiliate",
)


def _make_session(random: Random, session_id: str) -> Row:
    number = random.randrange(1, PEOPLE + 1)
    both = {"contact_id": str(number), "anonymous_id": f"d{number}"}
    who = random.choice(
        [{"contact_id": str(number)}, {"anonymous_id": f"d{number}"}, both]
        if number > 2
        else [{"contact_id": str(number)}, {"anonymous_id": f"d{number}"}]
    )
    url = f"https://x.io/{random.choice(LINKS)}"
    return {"session_id": session_id, "started_at": _at(random), "landing_url": url, **who}


def _make_order(random: Random, order_id: str) -> Row:
    return {
        "order_id": order_id,
        "ordered_at": _at(random),
        "revenue": str(Decimal(random.randrange(-2000, 20_000)) / 100),
        "currency": random.choice([None, "USD", "EUR"]),
        "status": random.choice([None, "paid", "paid", *VOID]),
        "cancelled_at": _at(random) if random.random() < 0.1 else None,
        "refunded": "3.25" if random.random() < 0.1 else None,
        **_who(random),
    }


def _make_refund(random: Random, order_id: str, orders: list[Row]) -> Row:
    """A row that takes a part of an order back, up to a year later; of one in six nobody knows."""
    of = random.choice([*orders[:5], {"order_id": "of nobody"}])
    later = START + timedelta(days=random.randrange(20, 365), seconds=random.random())
    return {
        "order_id": order_id,
        "ordered_at": later.isoformat(),
        "refund_of": of["order_id"],
        "revenue": random.choice(["-2.50", "2.50"]),
        "currency": random.choice([None, "EUR"]),
    }
