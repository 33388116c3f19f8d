"""Random workspaces: clean, distinct canonical rows of many organizations, from a seed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.oracles.expected_messages import ACTIONS, ALLOWED, CHANNELS

Rows = dict[str, list[dict[str, Any]]]
IDS = ("1", "2", "03", "900000000000000001")
CONTACTS = ("1", "2", "03", "k4")
START = datetime(2026, 3, 27, tzinfo=UTC)
"""Two days before clocks change in Europe: a day of 23 hours is among the reporting days."""
HOLDOUTS = (None, False, False, False, True)
FLAGS = (None, None, False, True)
AGENTS = (None, None, "Mozilla/5.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)")


def draw_tables(seed: int, organizations: int = 12) -> Rows:
    """The tables of a workspace; organizations use the same ids and are drawn apart."""
    random = Random(seed)  # noqa: S311 (no secret is drawn)
    tables: Rows = {}
    for number in range(organizations):
        for table, rows in Organization(random, f"org {number}").draw().items():
            tables.setdefault(table, []).extend(rows)
    return tables


class Organization:
    """One organization's rows."""

    def __init__(self, random: Random, org: str) -> None:
        self.random = random
        self.org = org
        self.minutes = random.sample(range(6 * 24 * 60), 1000)
        self.links: dict[str | None, Any] = {}

    def draw(self) -> Rows:
        r = self.random
        style = r.choice(("sends", "events", "both", "both"))
        rows: Rows = {
            "contacts": self._contacts(),
            "campaigns": [self._campaign(i) for i in self._some(IDS)],
            "dispatches": [self._dispatch(i) for i in self._some(IDS)],
            "messages": [self._message(i) for i in self._some(IDS)],
            "segments": [
                {"org_id": self.org, "segment_id": i, "name": f"segment {i}", "contact_count": 3}
                for i in self._some(IDS)
            ],
            "list_members": self._members(),
        }
        self.rows = rows
        rows["sends"] = (
            [self._send(f"s{n}") for n in range(r.randint(1, 14))] if style != "events" else []
        )
        rows["events"] = (
            [self._event(n) for n in range(r.randint(1, 40))] if style != "sends" else []
        )
        return rows

    def _some(self, pool: tuple[str, ...]) -> list[str]:
        return [one for one in pool if self.random.random() < 0.6]

    def _maybe(self, value: Any, chance: float = 0.5) -> Any:
        return value if self.random.random() < chance else None

    def _pick(self, *values: Any) -> Any:
        return self.random.choice(values)

    def _instant(self) -> datetime:
        """A time at least a minute from any other of the organization: no scanner's work."""
        minute = self.minutes.pop()
        return START + timedelta(minutes=minute, seconds=20, microseconds=minute)

    def _attributes(self) -> str | None:
        custom = {"tone": self._pick("warm", 'said "hi"', "é"), "rank": self._pick(1, None)}
        return self._maybe(json.dumps(custom), 0.3)

    def _contacts(self) -> list[dict[str, Any]]:
        return [
            {
                "org_id": self.org,
                "contact_id": contact,
                "email": self._pick(None, f"P{contact}@x.io", " shared@X.io", "shared@x.io "),
                "updated_at": self._maybe(self._instant()),
            }
            for contact in self._some(CONTACTS)
        ]

    def _campaign(self, own: str) -> dict[str, Any]:
        return {
            "org_id": self.org,
            "campaign_id": own,
            "name": f"campaign {own}",
            "channel": self._pick(*CHANNELS),
            "status": self._pick(None, "sent", "draft"),
            "sent_at": self._maybe(self._instant()),
            "attributes": self._attributes(),
        }

    def _dispatch(self, own: str) -> dict[str, Any]:
        return {
            "org_id": self.org,
            "dispatch_id": own,
            "name": f"dispatch {own}",
            "campaign_id": self._maybe(self._pick(*IDS), 0.8),
            "channel": self._pick(*CHANNELS),
            "dispatched_at": self._maybe(self._instant(), 0.3),
            "type": self._maybe("batch"),
            "subtype": self._maybe("promotion"),
            "attributes": self._attributes(),
        }

    def _message(self, own: str) -> dict[str, Any]:
        return {
            "org_id": self.org,
            "message_id": own,
            "name": f"message {own}",
            "dispatch_id": self._maybe(self._pick(*IDS)),
            "campaign_id": self._maybe(self._pick(*IDS)),
            "channel": self._pick(*CHANNELS),
            "variant": self._maybe("B"),
            "send_date": self._maybe(START.date() + timedelta(days=self.random.randrange(4)), 0.3),
            "cost": self._maybe(Decimal(self.random.randrange(10**6)) / 10000),
            "attributes": self._attributes(),
        }

    def _members(self) -> list[dict[str, Any]]:
        return [
            {
                "org_id": self.org,
                "campaign_id": campaign,
                "contact_id": contact,
                "segment_id": self._maybe(self._pick(*IDS), 0.8),
            }
            for campaign in IDS
            for contact in self._some(CONTACTS)
        ]

    def _known(self, table: str, name: str) -> list[str]:
        return [row[name] for row in self.rows[table]]

    def _who(self) -> dict[str, Any]:
        """A contact by id or by address, known or not."""
        address = self._pick("p1@x.io", "P2@x.io", "shared@x.io", "nobody@x.io")
        by_id = {"contact_id": self._pick(*CONTACTS), "email": self._maybe(address, 0.2)}
        return by_id if self.random.random() < 0.7 else {"contact_id": None, "email": address}

    def _send(self, own: str) -> dict[str, Any]:
        """A send of a message or campaign whose channel is known."""
        what: list[dict[str, Any]] = [
            *({"message_id": i} for i in self._known("messages", "message_id")),
            *({"campaign_id": i} for i in self._known("campaigns", "campaign_id")),
            *(
                {"message_id": "mx", "campaign_id": i}
                for i in self._known("campaigns", "campaign_id")[:1]
            ),
        ]
        if not what:
            self.rows["campaigns"].append(self._campaign("1"))
            what = [{"campaign_id": "1"}]
        is_holdout = self._pick(*HOLDOUTS)
        return {
            "org_id": self.org,
            "send_id": own,
            "message_id": None,
            "campaign_id": None,
            **self._pick(*what),
            **self._who(),
            "status": self._pick(
                "queued", "sent", "sent", "delivered", "delivered", "bounced", "failed"
            ),
            "sent_at": None if own == "s0" or is_holdout else self._instant(),
            "created_at": self._maybe(self._instant()),
            "delivered_at": self._maybe(self._instant(), 0.3),
            "is_holdout": is_holdout,
        }

    def _event(self, number: int) -> dict[str, Any]:
        channel = self._pick(*CHANNELS)
        draws: list[Callable[[], dict[str, Any]]] = [
            self._of_send,
            self._of_send,
            self._of_pair,
            self._of_pair,
            self._of_unknown,
            self._of_nothing,
        ]
        event_type = self._pick(
            *(f"{channel}_{action}" for action in ALLOWED[channel]),
            *ACTIONS,
            "store_visit",
            f"{channel}_opened" if "opened" in ALLOWED[channel] else "opened",
            "clicked",
            "email_clicked",
            "email_subscribed",
        )
        names = self._pick(*draws)()
        if event_type in ACTIONS and (kept := self.links.get(names.get("send_id"))):
            names["message_id"] = kept["message_id"]
        return {
            "org_id": self.org,
            "event_id": f"e{number}",
            "event_type": event_type,
            "subtype": self._pick("hard", "soft", None) if event_type.endswith("bounced") else None,
            "occurred_at": self._instant(),
            "send_id": None,
            "message_id": None,
            "contact_id": None,
            "email": None,
            **names,
            "url": self._pick(None, "https://x.io/a", "https://x.io/b?c=1"),
            "user_agent": self._pick(*AGENTS),
            "is_machine": self._pick(*FLAGS),
        }

    def _of_send(self) -> dict[str, Any]:
        """An event of a send that a row is of, whatever else it says."""
        sends = [s for s in self.rows["sends"] if not s["is_holdout"]]
        held = [s for s in self.rows["sends"] if s["is_holdout"]]
        if not sends:
            return self._of_pair()
        if held and self.random.random() < 0.1:
            return {
                "send_id": self._pick(*held)["send_id"],
                "event_type": self._pick("opened", "clicked"),
            }
        return {
            "send_id": self._pick(*sends)["send_id"],
            "message_id": self._pick(None, None, *IDS),
        }

    def _of_pair(self) -> dict[str, Any]:
        named = self._pick(*IDS, "my", "mx")
        return {"message_id": named, **self._who()}

    def _of_unknown(self) -> dict[str, Any]:
        """An event of a send without a row: of one contact and one message, if of any."""
        send = self._pick("u1", "u2")
        kept = self.links.setdefault(send, {"message_id": self._pick(None, *IDS), **self._who()})
        return {"send_id": send, **kept, "message_id": self._maybe(kept["message_id"], 0.8)}

    def _of_nothing(self) -> dict[str, Any]:
        return self._who()
