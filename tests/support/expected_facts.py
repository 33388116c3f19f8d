"""SPEC §6.1 in plain Python, one dictionary at a time: what every send of a workspace is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Tables = Mapping[str, list[dict[str, Any]]]
CHANNELS = ("email", "sms", "push", "direct_mail")
ACTIONS = [
    "sent",
    "delivered",
    "opened",
    "clicked",
    "bounced",
    "dropped",
    "deferred",
    "failed",
    "replied",
    "unsubscribed",
    "complained",
]
NOT_OF_SENDS = "subscribed"
DEFAULT_CHANNEL = "email"
"""Of messages for which nothing names one, where events of several channels are given."""
ORDER = ("queued", "sent", "delivered", "bounced", "failed")


@dataclass(eq=False)
class Message:
    """A message that an asset describes, a level implies or a row names."""

    org: str
    kind: str
    id: str | None
    name: str | None = None
    is_described: bool = True
    asset: Row = field(default_factory=dict)
    dispatch: Row | None = None
    dispatch_id: str | None = None
    campaign: Row | None = None
    campaign_id: str | None = None
    channel: str | None = None


@dataclass(eq=False)
class Send:
    """A send with its row, if it has one, and its events."""

    message: Message
    contact: Any
    channel: str
    row: Row | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    status: str = ""
    sent_at: datetime | None = None
    sent_day: date | None = None
    delivered_at: datetime | None = None
    delivered_day: date | None = None
    bounced_day: date | None = None

    @property
    def is_holdout(self) -> bool:
        return self.row is not None and bool(self.row.get("is_holdout"))

    def of(self, *actions: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["action"] in actions]

    def first(self, action: str, *, human: bool = False) -> datetime | None:
        times = [e["occurred_at"] for e in self.of(action) if not (human and e["machine"])]
        return min(times, default=None)

    def last(self, action: str) -> datetime | None:
        return max((e["occurred_at"] for e in self.of(action)), default=None)


class World:
    """The messages and sends of a workspace of clean, distinct rows."""

    def __init__(self, tables: Tables, zone: str) -> None:
        self.tables = tables
        self.zone = ZoneInfo(zone)
        self.by_key = {
            table: {(r["org_id"], r[name]): r for r in tables.get(table, [])}
            for table, name in (
                ("contacts", "contact_id"),
                ("campaigns", "campaign_id"),
                ("dispatches", "dispatch_id"),
                ("messages", "message_id"),
                ("sends", "send_id"),
            )
        }
        self.by_email = self._map_emails()
        self.messages: dict[tuple[str, str, str | None], Message] = {}
        self._describe()
        self.sends: list[Send] = []
        self._place()
        for send in self.sends:
            self._decide(send)

    def day(self, instant: datetime | None) -> date | None:
        return None if instant is None else instant.astimezone(self.zone).date()

    def _map_emails(self) -> dict[tuple[str, str], str]:
        def age(row: Row) -> tuple[Any, ...]:
            at = row.get("updated_at")
            return (at is not None, at, row["contact_id"])

        mapped: dict[tuple[str, str], str] = {}
        for row in sorted(
            self.tables.get("contacts", []), key=lambda r: (age(r)[0], str(age(r)[1]), age(r)[2])
        ):
            if email := (row.get("email") or "").strip().lower():
                mapped[row["org_id"], email] = row["contact_id"]
        return mapped

    def contact_of(self, row: Row) -> Any:
        if row.get("contact_id") is not None:
            return row["contact_id"]
        email = (row.get("email") or "").strip().lower()
        if not email:
            return None
        return self.by_email.get((row["org_id"], email), ("address", email))

    def _describe(self) -> None:
        has_message: set[tuple[str, str]] = set()
        has_level: set[tuple[str, str]] = set()
        for row in self.tables.get("messages", []):
            has_message.add((row["org_id"], row.get("dispatch_id")))
            has_level.add((row["org_id"], row.get("campaign_id")))
            self._add(Message(row["org_id"], "message", row["message_id"], row["name"], asset=row))
        for row in self.tables.get("dispatches", []):
            org, own = row["org_id"], row["dispatch_id"]
            has_level.add((org, row.get("campaign_id")))
            if (org, own) not in has_message:
                self._add(Message(org, "dispatch", own, row["name"], dispatch_id=own))
        named = {
            (r["org_id"], r.get("campaign_id"))
            for r in self.tables.get("sends", [])
            if r.get("message_id")
        }
        for row in self.tables.get("campaigns", []):
            org, own = row["org_id"], row["campaign_id"]
            if (org, own) not in has_level | named:
                self._add(Message(org, "campaign", own, row["name"], campaign_id=own))
        for row in (*self.tables.get("sends", []), *self.tables.get("events", [])):
            self.message_of(row)
        for message in self.messages.values():
            self._belong(message)

    def _add(self, message: Message) -> Message:
        return self.messages.setdefault((message.org, message.kind, message.id), message)

    def message_of(self, row: Row) -> Message:
        """The message that a send or event names, or that its campaign implies."""
        org = row["org_id"]
        if row.get("message_id") is not None:
            return self._add(Message(org, "message", row["message_id"], is_described=False))
        if row.get("campaign_id") is not None:
            own = row["campaign_id"]
            name = self.by_key["campaigns"].get((org, own), {}).get("name")
            return self._add(
                Message(org, "campaign", own, name, is_described=False, campaign_id=own)
            )
        return self._add(Message(org, "none", None, is_described=False))

    def _belong(self, m: Message) -> None:
        m.dispatch_id = m.dispatch_id or m.asset.get("dispatch_id")
        m.dispatch = self.by_key["dispatches"].get((m.org, m.dispatch_id))
        naming = [
            r
            for r in (*self.tables.get("sends", []), *self.tables.get("events", []))
            if r["org_id"] == m.org and r.get("message_id") == m.id and m.kind == "message"
        ]
        sent_with = min((r["campaign_id"] for r in naming if r.get("campaign_id")), default=None)
        m.campaign_id = (
            (m.dispatch or {}).get("campaign_id")
            or m.asset.get("campaign_id")
            or m.campaign_id
            or sent_with
        )
        m.campaign = self.by_key["campaigns"].get((m.org, m.campaign_id))
        happened = [channel_of(r.get("event_type", "")) for r in naming]
        m.channel = (
            m.asset.get("channel")
            or (m.dispatch or {}).get("channel")
            or (m.campaign or {}).get("channel")
            or min(filter(None, happened), key=CHANNELS.index, default=None)
            or (DEFAULT_CHANNEL if m.kind == "message" else None)
        )

    def _place(self) -> None:
        units: dict[tuple[Any, ...], Send] = {}
        self.personal = []
        for row in self.tables.get("sends", []):
            message = self.message_of(row)
            assert message.channel, row
            unit = ("send", row["org_id"], row["send_id"], message.channel)
            units[unit] = Send(message, self.contact_of(row), message.channel, row)
        rows = dict(units)
        for event in self.tables.get("events", []):
            own, action = split_type(event["event_type"])
            if action is None:
                continue
            org, send_id = event["org_id"], event.get("send_id")
            message, contact = self.message_of(event), self.contact_of(event)
            if send_id is None and event.get("message_id") is None:
                self.personal.append({**event, "action": action, "contact": contact})
                continue
            if send_id is None:
                send_id = self._last_send(rows, org, message, contact, event["occurred_at"])
            row = self.by_key["sends"].get((org, send_id))
            of_row = self.message_of(row) if row else message
            channel = own or of_row.channel
            if channel is None:
                continue
            named = ("send", org, send_id) if send_id else ("pair", org, message.id, contact)
            unit = units.setdefault((*named, channel), Send(of_row, contact, channel))
            if unit.message.kind == "none":
                unit.message = of_row
            machine = bool(event.get("is_machine")) or event.get("user_agent") == "Mozilla/5.0"
            unit.contact = unit.contact if unit.contact is not None else contact
            unit.events.append({**event, "action": action, "machine": machine})
        self.sends = list(units.values())

    @staticmethod
    def _last_send(
        rows: Mapping[tuple[Any, ...], Send], org: str, message: Message, contact: Any, at: datetime
    ) -> str | None:
        """The contact's last send of the message before; the first where none lies before."""
        own = [
            s
            for s in rows.values()
            if s.message is message and s.contact == contact and not s.is_holdout
        ]
        always = datetime.min.replace(tzinfo=at.tzinfo)
        in_order = sorted(own, key=lambda s: (s.row or {}).get("sent_at") or always)
        before = [s for s in in_order if ((s.row or {}).get("sent_at") or always) <= at]
        chosen = before[-1] if before else in_order[0] if in_order else None
        return None if chosen is None else (chosen.row or {})["send_id"]

    def _decide(self, s: Send) -> None:
        row = s.row or {}
        given = row.get("status")
        proofs = {
            "bounced": s.last("bounced"),
            "failed": max(filter(None, (s.last("dropped"), s.last("failed"))), default=None),
            "delivered": s.last("delivered"),
        }
        latest = max(filter(None, proofs.values()), default=None)
        by_events = next((w for w, at in proofs.items() if latest and at == latest), None)
        if given in ("delivered", "bounced", "failed"):
            s.status = given
        elif by_events:
            s.status = by_events
        elif s.of("opened", "clicked"):
            s.status = "delivered"
        elif s.row:
            s.status = "sent" if given == "queued" and s.of("sent") else given
        else:
            s.status = "queued" if all(e["action"] == "deferred" for e in s.events) else "sent"
        earliest = min((e["occurred_at"] for e in s.events), default=None)
        s.sent_at = row.get("sent_at") or s.first("sent") or (None if s.row else earliest)
        counted_at = s.sent_at or row.get("created_at")
        s.sent_day = self.day(counted_at)
        if s.status == "delivered":
            s.delivered_at = row.get("delivered_at") or s.first("delivered")
            s.delivered_day = self.day(s.delivered_at or counted_at)
        if s.status == "bounced":
            s.bounced_day = self.day(s.first("bounced") or counted_at)


def channel_of(event_type: str) -> str | None:
    """The channel that a standard event type names."""
    return split_type(event_type.replace(f"_{NOT_OF_SENDS}", f"_un{NOT_OF_SENDS}"))[0]


def split_type(event_type: str) -> tuple[str | None, str | None]:
    """Channel and action of an event type; no action for what is no interaction of a send."""
    if event_type in ACTIONS:
        return None, event_type
    for channel in CHANNELS:
        action = event_type.removeprefix(f"{channel}_")
        if action != event_type and action in ALLOWED[channel]:
            return channel, action
    return None, None


ALLOWED = {
    "email": [
        "sent",
        "delivered",
        "opened",
        "clicked",
        "bounced",
        "dropped",
        "deferred",
        "unsubscribed",
        "complained",
    ],
    "sms": ["sent", "delivered", "failed", "clicked", "replied", "unsubscribed"],
    "push": ["sent", "delivered", "opened", "failed"],
    "direct_mail": ["sent"],
}


def count(sends: list[Send]) -> dict[str, int]:
    """The counts of SPEC §6.1 over some sends."""
    real = [s for s in sends if not s.is_holdout]
    hard = [
        s
        for s in real
        if s.status == "bounced" and any(e.get("subtype") == "hard" for e in s.of("bounced"))
    ]
    soft = [
        s
        for s in real
        if s not in hard
        and s.status == "bounced"
        and any(e.get("subtype") == "soft" for e in s.of("bounced"))
    ]
    counts: dict[str, int] = defaultdict(int, {"sends": len(real)})
    for s in real:
        counts[s.status] += 1
        for action, every, unique in (
            ("opened", "opens", "unique_opens"),
            ("clicked", "clicks", "unique_clicks"),
        ):
            counts[every] += len(s.of(action))
            counts[unique] += bool(s.of(action))
            counts[f"human_{unique}"] += s.first(action, human=True) is not None
        counts["unsubscribes"] += bool(s.of("unsubscribed"))
        counts["complaints"] += bool(s.of("complained"))
        counts["replies"] += bool(s.of("replied"))
    counts |= {"hard_bounces": len(hard), "soft_bounces": len(soft)}
    counts["holdout"] = len(sends) - len(real)
    return counts
