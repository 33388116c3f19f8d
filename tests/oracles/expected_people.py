"""Who did what, what it was worth and what led to it: SPEC §6.4 and §6.5 in plain Python."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from tests.support.people_world import EURO, MAILED, People, Row

ZONE = ZoneInfo("America/New_York")
LOOKBACKS = {"email": timedelta(hours=120), "sms": timedelta(hours=24)}
GENERAL = timedelta(days=10)
LANDING = timedelta(minutes=30)
EARLY = -timedelta(minutes=1)
Person = tuple[str, str | None, str | None]


class ExpectedPeople:
    """Who did what, what it was worth and what led to it, row by row."""

    def __init__(self, world: People) -> None:
        self.world = world
        self.send_of = {(s["org_id"], s["send_id"]): s for s in world.tables["sends"]}
        orders = world.tables["orders"]
        self.order_of = {(o["org_id"], o["order_id"]): o for o in orders if not o.get("refund_of")}
        self.refunded = {(o["org_id"], o["refund_of"]) for o in orders if o.get("refund_of")}
        seen = [*world.tables["sessions"], *world.tables["events"], *world.tables["orders"]]
        self.owner = {
            (row["org_id"], row["anonymous_id"]): row["contact_id"]
            for row in seen
            if row.get("contact_id") and row.get("anonymous_id")
        }

    def person(self, row: Row) -> Person:
        """Organization, contact and, where none is known, device; a refund's is its order's."""
        row = self.taken_back(row)
        org_id, device = row["org_id"], row.get("anonymous_id")
        send = self.send_of.get((org_id, row.get("send_id"))) or {}
        address = row.get("email")
        contact = (
            row.get("contact_id")
            or (address.strip()[1] if address else None)
            or send.get("contact_id")
            or self.owner.get((org_id, device))
        )
        return org_id, contact, None if contact else device

    def journey(self) -> set[tuple[str | None, ...]]:
        """Organization, contact, kind and id of everything that happened to a contact."""
        kinds = {"sends": "send", "events": "event", "sessions": "session", "orders": "order"}
        return {
            (*self.person(row)[:2], kind, row[f"{kind}_id"])
            for table, kind in kinds.items()
            for row in self.world.tables[table]
            if self.person(row)[1] and not row.get("is_holdout")
        }

    def taken_back(self, row: Row) -> Row:
        """The order that a row takes back; the row itself where it takes none that is known."""
        of = row.get("refund_of")
        return self.order_of.get((row["org_id"], of), row) if of else row

    def revenue(self) -> dict[tuple[str, str], Decimal]:
        """Order or refund -> what it brought, of those that count."""
        found = {}
        for order in self.world.tables["orders"]:
            if self.is_void(order) or self.is_void(self.taken_back(order)):
                continue
            amount = Decimal(order["revenue"])
            if order.get("refund_of"):
                amount = -abs(amount)
            amount -= Decimal(order.get("refunded") or 0)
            rate = EURO if order["currency"] == "EUR" else 1
            cents = (amount * rate).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            found[order["org_id"], order["order_id"]] = cents
        return found

    def is_void(self, row: Row) -> bool:
        """Whether a row brings nothing by its own words."""
        has_refund = (row["org_id"], row["order_id"]) in self.refunded
        amount_says = bool(row.get("refunded") or row.get("refund_of") or has_refund)
        return (
            bool(row.get("cancelled_at"))
            or row.get("status") == "cancelled"
            or (row.get("status") == "refunded" and not amount_says)
        )

    def is_order(self, row: Row) -> bool:
        """Whether a row is an order, and takes nothing back."""
        brought = self.revenue().get((row["org_id"], row["order_id"]))
        return brought is not None and brought >= 0 and not row.get("refund_of")

    def touches(self) -> dict[tuple[str, str], list[str]]:
        """Order -> the ids of what led to it, in order; direct mail by its channel."""
        touches = [*self._messages(), *self._visits(), *self._mailings()]
        orders = defaultdict(list)
        revenue = self.revenue()
        for order in self.world.tables["orders"]:
            if (order["org_id"], order["order_id"]) not in revenue:
                continue
            bought = instant(self.taken_back(order), "ordered_at")
            led = [
                (at, channel, touch)
                for person, at, until, channel, touch in touches
                if person == self.person(order) and at <= bought <= until
            ]
            if led:
                orders[order["org_id"], order["order_id"]] = [t for *_, t in sorted(led)]
        return dict(orders)

    def _messages(self) -> list[tuple[Person, datetime, datetime, str, str]]:
        found = []
        for event in self.world.tables["events"]:
            kind, at = event["event_type"], instant(event, "occurred_at")
            if kind != "store_visit" and not kind.endswith("_clicked"):
                continue
            channel = kind.removesuffix("_clicked")
            until = at + LOOKBACKS.get(channel, GENERAL)
            if not event.get("is_machine"):
                found.append((self.person(event), at, until, channel, event["event_id"]))
        return found

    def _visits(self) -> list[tuple[Person, datetime, datetime, str, str]]:
        clicks = [(who, at, channel) for who, at, _, channel, _ in self._messages()]
        found = []
        for session in self.world.tables["sessions"]:
            medium = session["landing_url"].partition("utm_medium=")[2]
            at, who = instant(session, "started_at"), self.person(session)
            landed = any(
                who == person and channel == medium and EARLY <= at - clicked <= LANDING
                for person, clicked, channel in clicks
            )
            if medium and not landed:
                group = {"affiliate": "affiliates"}.get(medium, medium)
                until = at + LOOKBACKS.get(group, GENERAL)
                found.append((who, at, until, group, session["session_id"]))
        return found

    def _mailings(self) -> list[tuple[Person, datetime, datetime, str, str]]:
        first = date.fromisoformat(str(MAILED["attribution_start_date"]))
        midnight = datetime(first.year, first.month, first.day, tzinfo=ZONE)
        last = midnight + timedelta(days=7) - timedelta(microseconds=1)
        return [
            (self.person(send), midnight, last, "direct_mail", "direct_mail")
            for send in self.world.tables["sends"]
            if send["message_id"] == "m-direct_mail"
            and not send["is_holdout"]
            and send["status"] != "bounced"
        ]


def instant(row: Row, column: str) -> datetime:
    return datetime.fromisoformat(row[column])
