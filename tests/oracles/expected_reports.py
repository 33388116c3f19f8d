"""The message reports of SPEC §6 in plain Python, from the sends of `expected_facts`."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracles.expected_facts import Send, World, count
from tests.oracles.expected_messages import Message

Report = dict[tuple[Any, ...], dict[str, Any]]
"""Key of a row -> the row, its key's columns among the others."""

COUNTS = [
    "sends",
    "queued",
    "sent",
    "delivered",
    "bounced",
    "failed",
    "hard_bounces",
    "soft_bounces",
    "other_bounces",
    "opens",
    "unique_opens",
    "human_unique_opens",
    "clicks",
    "unique_clicks",
    "human_unique_clicks",
    "unsubscribes",
    "complaints",
    "replies",
    "holdout",
]
NO_ORDERS = {
    "orders": None,
    "revenue": None,
    "conversion_rate": None,
    "revenue_per_recipient": None,
}
CLAIMS = {"message": 0, "dispatch": 1, "campaign": 2, "none": 3}
RATES = {
    "delivery_rate": ("delivered", "sends"),
    "bounce_rate": ("bounced", "sends"),
    "open_rate": ("unique_opens", "delivered"),
    "human_open_rate": ("human_unique_opens", "delivered"),
    "click_rate": ("unique_clicks", "delivered"),
    "human_click_rate": ("human_unique_clicks", "delivered"),
    "click_to_open_rate": ("unique_clicks", "unique_opens"),
    "unsubscribe_rate": ("unsubscribes", "delivered"),
    "complaint_rate": ("complaints", "delivered"),
    "open_rate_of_sends": ("unique_opens", "sends"),
    "click_rate_of_sends": ("unique_clicks", "sends"),
}


def figures(counts: dict[str, int]) -> dict[str, Any]:
    """All counts and rates."""
    whole = {name: counts.get(name, 0) for name in COUNTS}
    rates = {r: whole[n] / whole[d] if whole[d] else None for r, (n, d) in RATES.items()}
    return whole | rates


def add_costs(messages: Iterable[Message]) -> Decimal | None:
    costs = [m.asset["cost"] for m in messages if m.asset.get("cost") is not None]
    return sum(costs, Decimal(0)) if costs else None


class Expected:
    """The reports of a world's channels; rows as dictionaries with all columns."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sends_of: dict[tuple[int, str], list[Send]] = defaultdict(list)
        for send in world.sends:
            self.sends_of[id(send.message), send.channel].append(send)
        self.shown = {id(m): self._show_ids(m) for m in world.messages.values()}

    def _show_ids(self, m: Message) -> tuple[str | None, str | None]:
        """Message and dispatch id as shown: prefixed where another has a better claim to it."""
        others = self.world.messages.values()
        message_id, dispatch_id = m.id, m.dispatch_id
        if any(o.org == m.org and o.id == m.id and CLAIMS[o.kind] < CLAIMS[m.kind] for o in others):
            message_id = f"{m.kind}:{m.id}"
        if dispatch_id is None and m.campaign_id is not None:
            real = {o.dispatch_id for o in others if o.org == m.org}
            dispatch_id = f"campaign:{m.campaign_id}" if m.campaign_id in real else m.campaign_id
        return message_id, dispatch_id

    def of_channel(self, channel: str) -> list[Message]:
        return [
            m
            for m in self.world.messages.values()
            if self.sends_of[id(m), channel] or (m.is_described and m.channel == channel)
        ]

    def names(self, m: Message) -> dict[str, Any]:
        message_id, dispatch_id = self.shown[id(m)]
        campaign = m.campaign or {}
        has_campaign = m.campaign_id is not None
        campaign_name = campaign.get("name") if has_campaign else "(none)"
        dispatch = m.dispatch or {}
        return {
            "org_id": m.org,
            "campaign_id": m.campaign_id,
            "campaign_name": campaign_name,
            "campaign_status": campaign.get("status"),
            "dispatch_id": dispatch_id,
            "dispatch_name": campaign_name if m.dispatch_id is None else dispatch.get("name"),
            "message_id": message_id,
            "message_name": m.name,
            "variant": m.asset.get("variant"),
        }

    def level(self, channel: str, level: str) -> Report:
        """campaign_report, dispatch_report or message_report of a channel."""
        depth = ("campaign", "dispatch", "message").index(level)
        key = f"{level}_id"
        kept = ["org_id", "campaign_id", "campaign_name", "campaign_status"]
        kept += ["dispatch_id", "dispatch_name"] if depth > 0 else []
        kept += ["message_id", "message_name", "variant"] if depth > 1 else []
        groups: dict[tuple[Any, ...], list[Message]] = defaultdict(list)
        for m in self.of_channel(channel):
            names = self.names(m)
            groups[names["org_id"], names[key]].append(m)
        report: Report = {}
        for row_key, members in groups.items():
            members.sort(key=lambda m: (m.campaign_id is None, m.campaign_id))
            names = self.names(members[0])
            sends = [s for m in members for s in self.sends_of[id(m), channel]]
            source = (members[0].campaign, members[0].dispatch, members[0].asset)[depth] or {}
            attributes = source.get("attributes")
            report[row_key] = {
                **{name: names[name] for name in kept},
                "channel": channel,
                **between(sends),
                **figures(count(sends)),
                "delivery_basis": self.world.basis_of(sends),
                "cost": add_costs(m for m in members if m.channel == channel),
                **NO_ORDERS,
                "attributes": json.loads(attributes) if attributes else None,
            }
        return report

    def daily(self, channel: str) -> Report:
        report: Report = {}
        for m in self.of_channel(channel):
            sends = self.sends_of[id(m), channel]
            days: dict[date | None, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
            for send in sends:
                for day, name, number in self._happenings(send):
                    days[day][name] += number
            cost = add_costs([m]) if m.channel == channel else None
            if cost is not None:
                real = [s for s in sends if not s.is_holdout]
                first = min(filter(None, (s.sent_day for s in real)), default=None)
                days[first]["cost"] = cost
            names = self.names(m)
            for day, happened in days.items():
                report[m.org, day, names["message_id"]] = {
                    **names,
                    "date_day": day,
                    "channel": channel,
                    **figures(happened),
                    "delivery_basis": self.world.basis_of(sends),
                    "cost": happened.get("cost"),
                    **NO_ORDERS,
                }
        return report

    def by_day(self, channel: str) -> Report:
        """channel_report: the days of all messages added up."""
        report: Report = {}
        whole = self.daily(channel)
        messages_on: dict[tuple[Any, ...], set[str | None]] = defaultdict(set)
        for org, day, message in whole:
            messages_on[org, day].add(message)
        for (org, day, _), row in whole.items():
            sends = [
                s
                for m in self.of_channel(channel)
                if m.org == org and self.shown[id(m)][0] in messages_on[org, day]
                for s in self.sends_of[id(m), channel]
            ]
            total = report.setdefault(
                (org, day), {"org_id": org, "date_day": day, "channel": channel, "cost": None}
            )
            for name in COUNTS:
                total[name] = total.get(name, 0) + row[name]
            if row["cost"] is not None:
                total["cost"] = (total["cost"] or 0) + row["cost"]
            total["delivery_basis"] = self.world.basis_of(sends)
        return {key: {**row, **figures(row), **NO_ORDERS} for key, row in report.items()}

    def domains(self) -> Report:
        """domain_report: the e-mail sends by the domain of the contact's address."""
        groups: dict[tuple[str, str], list[Send]] = defaultdict(list)
        for s in self.world.sends:
            if s.channel == "email":
                groups[s.message.org, self._domain(s)].append(s)
        return {
            (org, domain): {
                "org_id": org,
                "domain": domain,
                "channel": "email",
                **figures(count(sends)),
                "delivery_basis": self.world.basis_of(sends),
                "cost": None,
                **NO_ORDERS,
            }
            for (org, domain), sends in groups.items()
        }

    def _domain(self, s: Send) -> str:
        if isinstance(s.contact, tuple):
            address = s.contact[1]
        else:
            row = self.world.by_key["contacts"].get((s.message.org, s.contact), {})
            address = (row.get("email") or "").strip().lower()
        return address.rpartition("@")[2] or "(none)"

    def _happenings(self, s: Send) -> Iterable[tuple[date | None, str, int]]:
        if s.is_holdout:
            yield s.sent_day, "holdout", 1
            return
        yield s.sent_day, "sends", 1
        on = {"delivered": s.delivered_day, "bounced": s.bounced_day}.get(s.status, s.sent_day)
        yield on, s.status, 1
        counts = count([s])
        for name in ("hard_bounces", "soft_bounces", "other_bounces"):
            yield on, name, counts[name]

        def day(action: str, *, human: bool = False) -> date | None:
            return self.world.day(s.first(action, human=human))

        for action, every, unique in (
            ("opened", "opens", "unique_opens"),
            ("clicked", "clicks", "unique_clicks"),
        ):
            for event in s.of(action):
                yield self.world.day(event["occurred_at"]), every, 1
            if s.of(action):
                yield day(action), unique, 1
            if s.first(action, human=True):
                yield day(action, human=True), f"human_{unique}", 1
        for action, name in (
            ("unsubscribed", "unsubscribes"),
            ("complained", "complaints"),
            ("replied", "replies"),
        ):
            if s.of(action):
                yield day(action), name, 1

    def links(self, channel: str) -> Report:
        report: Report = {}
        for m in self.of_channel(channel):
            names = self.names(m)
            clicks: dict[str, list[tuple[int, Any]]] = defaultdict(list)
            for send in self.sends_of[id(m), channel]:
                for event in send.of("clicked") if not send.is_holdout else []:
                    if event.get("url"):
                        clicks[event["url"]].append((id(send), event["occurred_at"]))
            for url, found in clicks.items():
                report[m.org, names["message_id"], url] = {
                    "org_id": m.org,
                    "message_id": names["message_id"],
                    "url": url,
                    "campaign_id": m.campaign_id,
                    "message_name": m.name,
                    "clicks": len(found),
                    "unique_clicks": len({send for send, _ in found}),
                    "first_clicked_at": min(at for _, at in found),
                    "last_clicked_at": max(at for _, at in found),
                }
        return report


def between(sends: list[Send]) -> dict[str, Any]:
    times = [s.sent_at for s in sends if not s.is_holdout and s.sent_at]
    return {"first_sent_at": min(times, default=None), "last_sent_at": max(times, default=None)}
