"""SPEC §6.1 in plain Python: which messages there are, and what each belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
Tables = Mapping[str, list[dict[str, Any]]]
Contact = str | tuple[str, str] | None
"""A contact's id, or an address that no contact bears."""
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
OTHER = "other"
"""The channel of messages for which nothing names one."""
REPORTED = (*CHANNELS, OTHER)

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


class Described:
    """The messages of a workspace of clean, distinct rows, and whom its addresses name."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
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
        self.claimed: dict[tuple[str, str | None], Message] = {}
        self._describe()

    def _map_emails(self) -> dict[tuple[str, str], str]:
        """Of several contacts with one address the one updated last."""

        def age(row: Row) -> tuple[str, str]:
            return str(row.get("updated_at") or ""), row["contact_id"]

        mapped: dict[tuple[str, str], str] = {}
        for row in sorted(self.tables.get("contacts", []), key=age):
            if email := (row.get("email") or "").strip().lower():
                mapped[row["org_id"], email] = row["contact_id"]
        return mapped

    def contact_of(self, row: Row) -> Contact:
        if row.get("contact_id") is not None:
            return row["contact_id"]
        email = (row.get("email") or "").strip().lower()
        if not email:
            return None
        return self.by_email.get((row["org_id"], email), ("address", email))

    def _describe(self) -> None:
        has_message: set[tuple[str, str | None]] = set()
        has_level: set[tuple[str, str | None]] = set()
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
        self._claim_implied()
        for message in self.messages.values():
            self._belong(message)

    def _claim_implied(self) -> None:
        """A message that no asset describes is the implied one whose id it bears.

        A campaign's, where sends do not name it with another campaign, and the campaign has no
        levels; sends that name this campaign alone are then of that message.
        """
        sends = self.tables.get("sends", [])
        for m in [m for m in self.messages.values() if m.kind == "message" and not m.asset]:
            named = {r["campaign_id"] for r in sends if is_of(r, m) and r.get("campaign_id")}
            kinds = ("dispatch",) if named - {m.id} else ("dispatch", "campaign")
            keys = [(m.org, kind, m.id) for kind in kinds]
            free = [key for key in keys if key in self.messages and self.messages[key].is_described]
            if free:
                implied = self.messages.pop(free[0])
                m.name, m.is_described = implied.name, True
                m.dispatch_id, m.campaign_id = implied.dispatch_id, implied.campaign_id
                if implied.kind == "campaign":
                    self.claimed[m.org, m.id] = m

    def _add(self, message: Message) -> Message:
        return self.messages.setdefault((message.org, message.kind, message.id), message)

    def message_of(self, row: Row) -> Message:
        """The message that a send or event names, or that its campaign implies."""
        org = row["org_id"]
        if row.get("message_id") is not None:
            return self._add(Message(org, "message", row["message_id"], is_described=False))
        if row.get("campaign_id") is not None:
            own = row["campaign_id"]
            if (org, own) in self.claimed:
                return self.claimed[org, own]
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
            or (OTHER if m.kind == "message" else None)
        )


def is_of(row: Row, message: Message) -> bool:
    """Whether a row names a message."""
    return (row["org_id"], row.get("message_id")) == (message.org, message.id)


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
