"""Rows of every kind of table for the histories of workspaces, from a seed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.support.ad_workspaces import DAYS, make_world
from tests.support.generated import draw_tables
from tests.support.people_world import make_people

Row = dict[str, Any]
Tables = dict[str, list[Row]]
CAMPAIGNS = ("1", "2", "3")
CALLED = ("Offer 1", "Offer_2", "spring sale", "Sale", "ofer")
"""Names that campaigns and ads bear one after the other, some of them the same."""
PLATFORMS = {"google_ads": "G", "facebook_ads": "F", "my_dsp": "M"}
VERSIONS = (None, "2026-01-06T00:00:00Z", "2026-01-07T09:30:00Z")
CURRENCIES = (None, "USD", "EUR", "GBP")
"""Currencies of figures; of pounds no rate is known at first."""

REPORTED = {"sends", "events", "orders", "ads", "ad_stats"}
"""Tables from which a report follows."""


def draw_world(seed: int) -> Tables:
    """Tables of organizations of their own and in common; which kinds is for the seed to say."""
    random = Random(seed)  # noqa: S311 - no secret is drawn
    ads = make_world(seed)
    worlds: list[Tables] = [
        draw_tables(seed, 2),
        make_people(seed).tables,
        {"ads": ads.ads, "ad_stats": ads.ad_stats, "sessions": ads.sessions, "orders": ads.orders},
        {"page_views": [*draw_views(random)]},
        draw_levels(random),
    ]
    chosen = random.sample(worlds, random.randint(1, 3))
    if not any({*world} & REPORTED for world in chosen):
        chosen.append(worlds[1])
    tables: Tables = {"exchange_rates": [*draw_rates(random)]}
    for world in chosen:
        for table, rows in world.items():
            tables.setdefault(table, []).extend({"org_id": "views", **row} for row in rows)
    return {table: rows for table, rows in tables.items() if rows}


def draw_rates(random: Random) -> Iterator[Row]:
    """Rates of each organization, some of which change in between."""
    for org in ("a", "b", "views", *(f"org {n}" for n in range(2))):
        for currency, rate in (("USD", "0.9"), ("EUR", "1.2")):
            own = {"org_id": org, "currency": currency}
            yield {**own, "date_day": "2025-11-01", "rate": rate}
            if random.random() < 0.5:
                yield {**own, "date_day": "2026-01-08", "rate": "1.01"}


def draw_views(random: Random) -> Iterator[Row]:
    """Page views of an organization, minutes apart, whose devices are known sooner or later."""
    at = datetime(2026, 1, 10)  # noqa: DTZ001 - a feed's time zone says where
    for number in range(60):
        at += timedelta(minutes=random.choice((1, 4, 7, 29, 40, 600)))
        device = random.randrange(4)
        yield {
            "page_view_id": f"p{number}",
            "viewed_at": at.isoformat(),
            "anonymous_id": random.choice([f"d{device}", f"d{device}", None]),
            "contact_id": str(device % 3),
            "url": random.choice(
                [
                    "https://x.io/",
                    "https://x.io/?utm_source=google&utm_campaign=partner",
                    "https://x.io/?utm_source=facebook&utm_medium=paid&utm_campaign=ofer",
                ]
            ),
            "referrer": random.choice([None, "https://google.com/", "https://blog.example/"]),
            "user_agent": random.choice([None, "Mozilla/5.0", "Googlebot/2.1"]),
        } | ({"contact_id": None, "anonymous_id": f"d{device}"} if random.random() < 0.5 else {})


def draw_levels(random: Random) -> Tables:
    """Ads that platforms report at every level, under names that change, and visits to them."""
    tables: Tables = {
        name: []
        for name in (
            *("ad_accounts", "ad_campaigns", "ad_groups", "ads", "ad_creatives", "ad_portfolios"),
            *("ad_stats", "ad_conversions", "ad_breakdowns", "message_stats"),
            *("sessions", "orders"),
        )
    }
    for platform, account in PLATFORMS.items():
        of_account = {"platform": platform, "account_id": account}
        for version in VERSIONS[: random.randint(1, 2)]:
            tables["ad_accounts"].append(
                {**of_account, "account_name": f"Account {version}", "updated_at": version}
                | {"currency": random.choice(CURRENCIES), "timezone": "UTC"}
            )
        for campaign in CAMPAIGNS:
            _add_campaign(tables, random, {**of_account, "campaign_id": campaign})
        for day in DAYS:
            if random.random() < 0.4:
                tables["ad_stats"].append({**of_account, **_delivered(random, day)})
    for number in range(40):
        tables["sessions"].append(_visit(random, number))
        tables["orders"].append(_order(random, number))
    tables["message_stats"] = [_provided(random, n, channel) for n in "123" for channel in MAILED]
    return tables


MAILED = ("email", "sms")


def _add_campaign(tables: Tables, random: Random, campaign: Row) -> None:
    group = {**campaign, "ad_group_id": f"g{campaign['campaign_id']}"}
    ad = {**group, "ad_id": f"{campaign['campaign_id']}1"}
    portfolio = random.choice([None, '{"portfolio_id": "P1", "creative_id": "K1"}'])
    for table, entity, named in (
        ("ad_campaigns", campaign, "campaign_name"),
        ("ad_groups", group, "ad_group_name"),
        ("ads", ad, "ad_name"),
    ):
        for version in random.sample(VERSIONS, random.randint(0, 3)):
            name = {named: random.choice([None, *CALLED]), "updated_at": version}
            tables[table].append({**entity, **name, "attributes": portfolio})
    platform = {"platform": campaign["platform"]}
    tables["ad_creatives"].append(
        {**platform, "creative_id": "K1", "landing_url": f"https://x.io/{len(tables['ads'])}"}
        | {"updated_at": f"2026-01-0{random.randint(1, 9)}T00:00:00Z"}
    )
    tables["ad_portfolios"].append(
        {**platform, "portfolio_id": "P1", "portfolio_name": random.choice(CALLED)}
        | {"updated_at": f"2026-01-0{random.randint(1, 9)}T00:00:00Z"}
    )
    for day in DAYS:
        entity = random.choice([campaign, campaign, group, ad, ad])
        named = {"campaign_name": random.choice([None, None, *CALLED])}
        tables["ad_stats"].append({**entity, **named, **_delivered(random, day)})
        if random.random() < 0.3:
            tables["ad_conversions"].append(
                {**entity, "date_day": day.isoformat(), "conversions": random.randrange(5)}
                | {"conversion_name": random.choice(["purchase", "sign_up"])}
                | {"conversions_value": f"{random.randrange(50)}.5"}
            )
        if random.random() < 0.3:
            broken = {"kind": random.choice(["keyword", "device"]), "value": random.choice("xyz")}
            tables["ad_breakdowns"].append({**ad, **broken, **_delivered(random, day)})


def _delivered(random: Random, day: date) -> Row:
    clicks = random.randrange(30)
    return {
        "date_day": day.isoformat(),
        "clicks": clicks,
        "impressions": clicks * 10,
        "spend": f"{random.randrange(9000) / 100:.2f}",
        "conversions": random.choice([None, 0, 2]),
        "conversions_value": random.choice([None, "12.25"]),
        "currency": random.choice(CURRENCIES),
    }


def _visit(random: Random, number: int) -> Row:
    at = datetime(2026, 1, 4) + timedelta(minutes=random.randrange(7 * 1440))  # noqa: DTZ001
    who = random.randrange(5)
    return {
        "session_id": f"l{number}",
        "started_at": f"{at.isoformat()}Z",
        "contact_id": random.choice([None, str(who)]),
        "anonymous_id": f"d{who}",
        "utm_source": random.choice([None, "google", "facebook", "news", "my_dsp", "partner"]),
        "utm_medium": random.choice([None, "cpc", "affiliate", "email"]),
        "utm_campaign": random.choice([None, *CAMPAIGNS, *CALLED]),
        "utm_content": random.choice([None, None, "11", "g2", *CALLED]),
        "landing_url": "https://x.io/",
    }


def _order(random: Random, number: int) -> Row:
    at = datetime(2026, 1, 5) + timedelta(minutes=random.randrange(9 * 1440))  # noqa: DTZ001
    who = random.randrange(5)
    return {
        "order_id": f"l{number}",
        "ordered_at": f"{at.isoformat()}Z",
        "contact_id": random.choice([None, str(who)]),
        "anonymous_id": random.choice([None, f"d{who}"]),
        "revenue": f"{random.randrange(9000) / 100:.2f}",
        "currency": random.choice(CURRENCIES),
        "refund_of": f"l{random.randrange(40)}" if random.random() < 0.1 else None,
    }


def _provided(random: Random, message: str, channel: str) -> Row:
    return {
        "channel": channel,
        "message_id": message,
        "message_name": random.choice(CALLED),
        "date_day": random.choice([None, "2026-01-06"]),
        "sends": random.randrange(100, 200),
        "delivered": random.randrange(50, 100),
        "opens": random.randrange(50),
        "revenue": "3.50",
        "currency": random.choice(CURRENCIES),
    }
