"""The reports of SPEC §6.3 and §6.4 over all message channels, in plain Python."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.oracles.expected_facts import Send, count
from tests.oracles.expected_messages import REPORTED, Contact, Message
from tests.oracles.expected_reports import (
    NO_ORDERS,
    Expected,
    Report,
    add_costs,
    between,
    figures,
)


class Overviews(Expected):
    """Every message report of a world; rows as dictionaries with all columns."""

    def hierarchy(self) -> Report:
        groups: dict[tuple[Any, ...], list[tuple[Message, str]]] = defaultdict(list)
        for channel in REPORTED:
            for m in self.of_channel(channel):
                names = self.names(m)
                ids = [names[f"{level}_id"] for level in ("campaign", "dispatch", "message")]
                for depth, level in enumerate(("campaign", "dispatch", "message"), start=1):
                    alone = channel if ids[depth - 1] is None else None
                    key = (m.org, level, alone, *ids[:depth], *[None] * (3 - depth))
                    groups[key].append((m, channel))
        rows = [self._hierarchy_row(key, members) for key, members in groups.items()]
        return {
            (row["org_id"], row["level"], row["channel"], *list(key[3:])): row
            for key, row in zip(groups, rows, strict=True)
        }

    def _hierarchy_row(
        self, key: tuple[Any, ...], members: list[tuple[Message, str]]
    ) -> dict[str, Any]:
        sends = [s for m, channel in members for s in self.sends_of[id(m), channel]]
        channels = {channel for _, channel in members}
        depth = ("campaign", "dispatch", "message").index(key[1])
        names = self.names(members[0][0])
        dispatch = members[0][0].dispatch or {}
        names |= {"type": dispatch.get("type"), "subtype": dispatch.get("subtype")}
        below = (
            ("dispatch_id", "dispatch_name", "type", "subtype"),
            ("message_id", "message_name", "variant"),
        )[depth:]
        return {
            **names,
            **{name: None for hidden in below for name in hidden},
            "level": key[1],
            "channel": channels.pop() if len(channels) == 1 else "several",
            **between(sends),
            **figures(count(sends)),
            "delivery_basis": self.world.basis_of(sends),
            "cost": add_costs(m for m, channel in members if m.channel == channel),
            **NO_ORDERS,
        }

    def deliveries(self) -> Report:
        report: Report = {}
        for row in self.world.tables.get("campaigns", []):
            org, own = row["org_id"], row["campaign_id"]
            sends = [
                s for s in self.world.sends if s.message.org == org and s.message.campaign_id == own
            ]
            counts = count(sends)
            statuses = ("queued", "sent", "delivered", "bounced", "failed")
            report[org, own] = {
                "org_id": org,
                "campaign_id": own,
                "name": row["name"],
                "status": row.get("status"),
                "sent_at": row.get("sent_at"),
                **{name: counts.get(name, 0) for name in statuses},
            }
        return report

    def contacts(self) -> Report:
        by_contact: dict[tuple[Any, ...], list[Send]] = defaultdict(list)
        for s in self.world.sends:
            if not s.is_holdout:
                by_contact[s.message.org, s.contact].append(s)
        report: Report = {}
        for row in self.world.tables.get("contacts", []):
            key = (row["org_id"], row["contact_id"])
            sends = by_contact[key]
            wishes = [
                (event["occurred_at"], s.channel, event["action"])
                for s in self.world.sends
                for event in s.events
                if (event["org_id"], self._whose(event, s.contact)) == key
            ]
            wishes += [
                (
                    event["occurred_at"],
                    event["event_type"].removesuffix("_subscribed"),
                    "subscribed",
                )
                for event in self.world.tables.get("events", [])
                if event["event_type"].endswith("_subscribed")
                and (event["org_id"], self._whose(event)) == key
            ]

            counts = count(sends)
            report[key] = {
                "org_id": key[0],
                "contact_id": key[1],
                **{n: counts.get(n, 0) for n in ("sends", "delivered", "opens", "clicks")},
                "last_sent_at": last(s.sent_at for s in sends),
                "last_delivered_at": last(
                    s.delivered_at or s.sent_at for s in sends if s.status == "delivered"
                ),
                "last_opened_at": last(s.last("opened") for s in sends),
                "last_clicked_at": last(s.last("clicked") for s in sends),
                "unsubscribed_at": unsubscribed_in_force(wishes),
                "complained_at": min(
                    (at for at, _, what in wishes if what == "complained"), default=None
                ),
                "sessions": None,
                "attributes": row.get("attributes"),
                **NO_ORDERS,
            }
        return report

    def _whose(self, event: dict[str, Any], of_send: Contact = None) -> Contact:
        """The contact that an event names, or to whom its send went."""
        row = self.world.by_key["sends"].get((event["org_id"], event.get("send_id")))
        named = self.world.contact_of(event)
        if named is not None:
            return named
        return of_send if row is None else self.world.contact_of(row)

    def segments(self) -> Report:
        report: Report = {}
        for row in self.world.tables.get("segments", []):
            org, own = row["org_id"], row["segment_id"]
            members = [
                r
                for r in self.world.tables.get("list_members", [])
                if (r["org_id"], r.get("segment_id")) == (org, own)
            ]
            places = {(r["campaign_id"], r["contact_id"]) for r in members}
            sends = [
                s
                for s in self.world.sends
                if s.message.org == org and (s.message.campaign_id, s.contact) in places
            ]
            report[org, own] = {
                "org_id": org,
                "segment_id": own,
                "segment_name": row["name"],
                "contact_count": row.get("contact_count"),
                "members": len({r["contact_id"] for r in members}),
                "campaigns_used_in": len({r["campaign_id"] for r in members} - {own}),
                **figures(count(sends)),
                "delivery_basis": self.world.basis_of(sends),
                "attributes": row.get("attributes"),
            }
        return report


def last(times: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, times), default=None)


def unsubscribed_in_force(wishes: list[tuple[datetime, str, str]]) -> datetime | None:
    """The first unsubscribe that no later subscription to the same channel ended."""
    return min(
        (
            at
            for at, channel, action in wishes
            if action == "unsubscribed"
            and not any(
                later > at and where == channel and what == "subscribed"
                for later, where, what in wishes
            )
        ),
        default=None,
    )
