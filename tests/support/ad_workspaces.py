"""Generated ad workspaces, and where each of their figures belongs."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in range(4)]
SOURCES = {"google_ads": ("google", "cpc"), "facebook_ads": ("facebook", "paid_social")}
ACCOUNTS = {"google_ads": "900000000000000001", "facebook_ads": "0042"}
Row = dict[str, Any]


class Place(NamedTuple):
    """A row of ad_performance; campaign_performance has the same without the ad."""

    org_id: str
    date_day: date
    platform: str
    account_id: str | None
    campaign_id: str | None
    ad_id: str | None


@dataclass
class World:
    """The rows of a workspace, and where each figure belongs."""

    ads: list[Row] = field(default_factory=list)
    ad_stats: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    places: dict[tuple[str, str], Place | None] = field(default_factory=dict)
    matches: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)


def make_world(seed: int) -> World:
    """Two organizations whose ids and names are the same, on two platforms where they are too."""
    draw = random.Random(seed)  # noqa: S311
    world = World()
    for org_id in ("a", "b"):
        for platform, account_id in ACCOUNTS.items():
            for campaign in range(1, 4):
                _add_campaign(world, draw, org_id, platform, account_id, str(campaign))
        for number in range(60):
            _add_session(world, draw, org_id, number)
        for number in range(25):
            at = START + timedelta(minutes=draw.randrange(6 * 1440))
            world.orders.append(
                {
                    "org_id": org_id,
                    "order_id": str(number),
                    "contact_id": f"c{draw.randrange(8)}",
                    "ordered_at": at.isoformat(),
                    "revenue": str(Decimal(draw.randrange(1, 20_000)) / 100),
                }
            )
    for rows in (world.ads, world.ad_stats, world.sessions, world.orders):
        draw.shuffle(rows)
    return world


def _add_campaign(
    world: World, draw: random.Random, org_id: str, platform: str, account_id: str, campaign: str
) -> None:
    ids = {"org_id": org_id, "platform": platform, "account_id": account_id}
    of_campaign = {**ids, "campaign_id": campaign}
    for ad in (f"{campaign}1", f"{campaign}2"):
        own = {"ad_group_id": f"g{campaign}", "ad_id": ad}
        names = {"campaign_name": f"Offer {campaign}", "ad_name": f"Picture {ad}"}
        world.ads.append({**of_campaign, **own, **names})
        for day in DAYS:
            if draw.random() < 0.8:
                for _ in range(draw.randrange(1, 3)):
                    world.ad_stats.append({**of_campaign, **own, **_delivered(draw, day)})
    if platform == "facebook_ads":
        world.ad_stats += [
            {**of_campaign, **_delivered(draw, day)} for day in DAYS if draw.random() < 0.9
        ]


def _delivered(draw: random.Random, day: date) -> Row:
    clicks = draw.randrange(50)
    spend = str(Decimal(draw.randrange(100_000)) / 1000)
    return {
        "date_day": day.isoformat(),
        "clicks": clicks,
        "impressions": clicks * 10,
        "spend": spend,
        "source_relation": str(draw.random()),
    }


def _add_session(world: World, draw: random.Random, org_id: str, number: int) -> None:
    platform = draw.choice([*SOURCES])
    source, medium = SOURCES[platform]
    campaign, ad = str(draw.randrange(1, 4)), str(draw.randrange(1, 3))
    link = {"utm_source": source, "utm_medium": medium}
    known = (ACCOUNTS[platform], campaign, campaign + ad)
    kinds: dict[str, tuple[Row, tuple[str | None, ...], str, str]] = {
        "ad id": ({"utm_content": known[2]}, known, "matched", "utm_content_ad_id"),
        "ad name": (
            {"utm_content": f"picture_{known[2]}"},
            known,
            "matched",
            "utm_content_ad_name",
        ),
        "id": ({"utm_campaign": campaign}, (*known[:2], None), "matched", "utm_campaign_id"),
        "name": (
            {"utm_campaign": f"OFFER+{campaign}"},
            (*known[:2], None),
            "matched",
            "utm_campaign_name",
        ),
        "typo": ({"utm_campaign": "ofer"}, (None, None, None), "unmatched", "platform"),
    }
    kind = draw.choice([*kinds, "direct"])
    at = START + timedelta(minutes=draw.randrange(4 * 1440), seconds=number)
    session = {
        "org_id": org_id,
        "session_id": f"s{number}",
        "contact_id": f"c{draw.randrange(8)}",
        "started_at": at.isoformat(),
    }
    key = (org_id, session["session_id"])
    if kind == "direct":
        world.sessions.append(session | {"landing_url": "https://x.io/"})
        world.places[key], world.matches[key] = None, ("unmatched", "none")
        return
    said, ids, status, method = kinds[kind]
    whole = link | said
    as_url = {"landing_url": f"https://x.io/?{urlencode(whole)}"}
    if draw.random() < 0.5:
        session |= as_url
    else:
        session |= whole | {"landing_url": "https://x.io/?utm_campaign=the+column+counts"}
    world.sessions.append(session)
    world.places[key] = Place(org_id, at.astimezone(ZONE).date(), platform, *ids)
    world.matches[key] = (status, method)
