"""SPEC §6.1 in plain Python, one dictionary at a time: what every send of a workspace is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracles.expected_messages import (
    OTHER,
    Contact,
    Described,
    Message,
    Row,
    Tables,
    split_type,
)


@dataclass(eq=False)
class Send:
    """A send with its row, if it has one, and its events."""

    message: Message
    contact: Contact
    channel: str
    row: Row | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    status: str = ""
    sent_at: datetime | None = None
    sent_day: date | None = None
    delivered_at: datetime | None = None
    delivered_day: date | None = None
    bounced_day: date | None = None
    is_receipted: bool = False
    feed: str = ""

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


class World(Described):
    """The messages and sends of a workspace of clean, distinct rows."""

    def __init__(self, tables: Tables, zone: str) -> None:
        super().__init__(tables)
        self.zone = ZoneInfo(zone)
        self.sends: list[Send] = []
        self.assumed: set[tuple[str, str, str]] = set()
        self._place()
        for send in self.sends:
            self._decide(send)
        self._assume()

    def day(self, instant: datetime | None) -> date | None:
        return None if instant is None else instant.astimezone(self.zone).date()

    def _place(self) -> None:
        units: dict[tuple[Any, ...], Send] = {}
        for row in self.tables.get("sends", []):
            message = self.message_of(row)
            assert message.channel, row
            unit = ("send", row["org_id"], row["send_id"], message.channel)
            units[unit] = Send(message, self.contact_of(row), message.channel, row)
        rows = dict(units)
        by_id = self._list_shown()
        shown: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
        for event in self.tables.get("events", []):
            own, action = split_type(event["event_type"])
            if action is None:
                continue
            org, send_id = event["org_id"], event.get("send_id")
            message, contact = self.message_of(event), self.contact_of(event)
            if send_id is None:
                send_id = self._last_send(rows, by_id, message, contact, event["occurred_at"])
            row = self.by_key["sends"].get((org, send_id))
            if row and row.get("is_holdout"):
                continue
            of_row = self.message_of(row) if row else message
            channel = own or of_row.channel or OTHER
            machine = bool(event.get("is_machine")) or event.get("user_agent") == "Mozilla/5.0"
            told = {**event, "action": action, "machine": machine}
            if send_id is None:
                shown[org, message.id, message.kind, contact, channel].append(told)
                continue
            unit = units.setdefault(("send", org, send_id, channel), Send(of_row, contact, channel))
            if unit.message.kind == "none":
                unit.message = of_row
            unit.contact = unit.contact if unit.contact is not None else contact
            unit.events.append(told)
        self.sends = list(units.values())
        for (org, message_id, kind, contact, channel), events in shown.items():
            message = self.messages[org, kind, message_id]
            for part in separate(events):
                self.sends.append(Send(message, contact, channel, events=part))

    def _list_shown(self) -> dict[tuple[Any, ...], dict[str, datetime]]:
        """The sends that only events show by their ids: when each was sent, by what they name."""
        named: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
        for event in self.tables.get("events", []):
            send_id, contact = event.get("send_id"), self.contact_of(event)
            is_known = (event["org_id"], send_id) in self.by_key["sends"]
            if split_type(event["event_type"])[1] and send_id and contact and not is_known:
                named[self.message_of(event), contact, send_id].append(event)
        found: dict[tuple[Any, ...], dict[str, datetime]] = defaultdict(dict)
        for (message, contact, send_id), events in named.items():
            sent = [e for e in events if split_type(e["event_type"])[1] == "sent"] or events
            found[message, contact][send_id] = min(e["occurred_at"] for e in sent)
        return found

    def _last_send(
        self,
        rows: Mapping[tuple[Any, ...], Send],
        by_id: Mapping[tuple[Any, ...], Mapping[str, datetime]],
        message: Message,
        contact: Contact,
        at: datetime,
    ) -> str | None:
        """The contact's last send of the message before; the first where none lies before.

        The hold-out of a contact who has no other: its events count for nothing.
        """
        always = datetime.min.replace(tzinfo=at.tzinfo)

        def sent_at(row: Row) -> datetime:
            return row.get("sent_at") or row.get("created_at") or self.planned_at(message) or always

        named = [s.row or {} for s in rows.values() if (s.message, s.contact) == (message, contact)]
        sends = {str(row["send_id"]): sent_at(row) for row in named if not row.get("is_holdout")}
        if contact:
            sends |= by_id.get((message, contact), {})
        in_order = sorted(sends, key=lambda send_id: sends[send_id])
        before = [send_id for send_id in in_order if sends[send_id] <= at]
        held = [str(row["send_id"]) for row in named]
        return (before[-1:] or in_order[:1] or held[:1] or [None])[0]

    def _decide(self, s: Send) -> None:
        row = s.row or {}
        given = str(row.get("status"))
        told = row.get("delivered_at") if given in ("queued", "sent") else None
        proofs = {
            "bounced": s.last("bounced"),
            "failed": max(filter(None, (s.last("dropped"), s.last("failed"))), default=None),
            "delivered": max(filter(None, (s.last("delivered"), told)), default=None),
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
        s.sent_at = (
            row.get("sent_at")
            or row.get("created_at")
            or s.first("sent")
            or self.planned_at(s.message)
            or (None if s.row else earliest)
        )
        s.is_receipted = bool(given == "delivered" or row.get("delivered_at") or s.of("delivered"))
        s.feed = "sends" if s.row else "events"
        s.sent_day = self.day(s.sent_at)
        if s.status == "delivered":
            s.delivered_at = row.get("delivered_at") or s.first("delivered")
            s.delivered_day = self.day(s.delivered_at or s.sent_at)
        if s.status == "bounced":
            s.bounced_day = self.day(s.first("bounced") or s.sent_at)

    def planned_at(self, message: Message) -> datetime | None:
        """When the sends of a message went out that say nothing themselves."""
        if day := message.asset.get("send_date"):
            return datetime.combine(day, time(), self.zone)
        dispatched_at = (message.dispatch or {}).get("dispatched_at")
        return dispatched_at or (message.campaign or {}).get("sent_at")

    def _assume(self) -> None:
        """Sends of feeds that never say `delivered` count as delivered when they were sent."""
        bases: dict[tuple[str, str, str], list[Send]] = defaultdict(list)
        for s in self.sends:
            if not s.is_holdout:
                bases[s.message.org, s.feed, s.channel].append(s)
        said = {(s.message.org, "events", s.channel) for s in self.sends if s.of("delivered")}
        self.assumed = set()
        for basis, sends in bases.items():
            if basis in said or any(s.is_receipted for s in sends):
                continue
            self.assumed.add(basis)
            for s in sends:
                if s.status == "sent":
                    s.status = "delivered"
                    s.delivered_at, s.delivered_day = s.sent_at, s.sent_day

    def basis_of(self, sends: list[Send]) -> str:
        """The `delivery_basis` of some sends."""
        found = {
            (s.message.org, s.feed, s.channel) in self.assumed for s in sends if not s.is_holdout
        }
        return {frozenset([True]): "assumed", frozenset([True, False]): "mixed"}.get(
            frozenset(found), "receipts"
        )


def separate(events: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The sends of a message to a contact that its events show."""
    decisive = next(
        (a for a in ("sent", "delivered") if any(e["action"] == a for e in events)), None
    )
    starts = sorted({e["occurred_at"] for e in events if e["action"] == decisive})
    if not starts:
        return [events]
    parts: list[list[dict[str, Any]]] = [[] for _ in starts]
    for event in events:
        before = [n for n, at in enumerate(starts) if at <= event["occurred_at"]]
        parts[before[-1] if before else 0].append(event)
    return parts


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
    counts["other_bounces"] = counts["bounced"] - len(hard) - len(soft)
    counts["holdout"] = len(sends) - len(real)
    return counts
