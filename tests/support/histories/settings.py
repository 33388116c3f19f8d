"""What campaigns.toml may say in the nights of a history."""

import json

from contracts.columns import columns, required
from contracts.feeds import FEEDS
from contracts.feeds.base import Feed

SETTINGS: dict[str, tuple[str, ...]] = {
    "workspace.timezone": ('"UTC"', '"America/New_York"', '"Asia/Kolkata"'),
    "workspace.currency": ('"USD"', '"EUR"'),
    "workspace.max_rejected_share": ("1",),
    "workspace.channels": ("[]", '["whatsapp"]'),
    "workspace.keep_snapshots": ("30", "2"),
    "events.generic": ("[]", '["store_visit"]'),
    "ads.match": ('"auto"', '"utm_campaign"', '"utm_content"'),
    "ads.mediums": ("[]", '["affiliate"]'),
    "ads.sources": ("{}", '{ news = "google_ads", partner = "my_dsp" }'),
    "ads.aliases": (
        "{}",
        '{ "partner" = { platform = "google_ads", campaign_id = "1" } }',
        '{ "partner" = { platform = "google_ads", campaign_id = "none" } }',
        '{ "ofer" = { platform = "facebook_ads", ad_id = "11" } }',
    ),
    "attribution.lookback_days": ("30", "3"),
    "attribution.lookback_hours": ("{}", "{ email = 24, ads = 48 }"),
    "attribution.half_life_days": ("7", "1"),
    "attribution.touch_opens": ("false", "true"),
    "attribution.touch_events": ("[]", '["store_visit"]'),
    "attribution.models": (
        '["last_touch", "linear"]',
        '["first_touch", "time_decay"]',
        '["last_non_direct", "position_based"]',
    ),
    "identity.backward_days": ("30", "0", "365"),
    "sessions.timeout_minutes": ("30", "5"),
    "sessions.split_at_midnight": ("false", "true"),
    "erasure.aggregates": ('"restate"', '"keep"'),
    "run.memory": ('"2GB"', '"200MB"'),
}
"""Settings that decide figures, and some that do not, with the values that nights see."""
AUDIENCES = ("", '\n[[audiences]]\nname = "clicked"\nperformed = "email_clicked"\n')
Option = dict[str, str]
NUMBERS: tuple[Option, ...] = ({"decimal": '"."'}, {"decimal": '","'}, {"thousands": '","'})
"""How numbers may be read; `3.33` is none under a decimal comma, so that its row is rejected."""
OPTIONS: dict[str, tuple[Option, ...]] = {
    "": ({"null_values": "[]"}, {"null_values": '["Sale", "1"]'}),
    "ad_stats": (
        *NUMBERS,
        {"repeats": '"add"', "without": "[]"},
        {"repeats": '"replace"', "without": '["conversions", "conversions_value"]'},
    ),
    "ad_conversions": (*NUMBERS, {"conversions": "[]"}, {"conversions": '["purchase"]'}),
    "events": (
        {"values.event_type": "{}"},
        {"values.event_type": '{ opened = "email_opened", email_clicked = "email_opened" }'},
    ),
    "page_views": ({"timezone": '"UTC"'}, {"timezone": '"Europe/Paris"'}),
    "orders": (
        *NUMBERS,
        {"constants.currency": '"EUR"', "timezone": '"Europe/Paris"'},
        {"constants.currency": '"USD"', "values.status": "{}"},
        {"values.status": '{ sent = "cancelled" }'},
    ),
    "exchange_rates": NUMBERS,
}
"""What a feed of a table may say beyond its files; of the others what stands first."""
ORGANIZATIONS = ('"a"', '"org 1"', '"views"', '"default"')
"""Which organization a feed may say that its rows are, where they say none."""


def write_option(name: str, value: str) -> str:
    """A setting of a feed as a line of campaigns.toml."""
    return f"{name} = {value}\n"


def read_by_table(_: str) -> str:
    """No mapping: the feed names its table."""
    return ""


def read_by_mapping(table: str, without: str = "") -> str:
    """A mapping that reads our columns by their names, one of them not at all."""
    contract = FEEDS[table]
    names = [name for name in columns(contract) if name not in {without, "attributes"}]
    optional = [name for name in names if name not in required(contract)]
    read = "".join(f'{name} = "{name}"\n' for name in names)
    ignored = json.dumps([without] if without else [])
    return (
        f'description = "a mapping of one\'s own"\nignored = {ignored}\n'
        f'[[tables]]\ntable = "{table}"\noptional = {json.dumps(optional)}\n'
        f"[tables.columns]\n{read}"
    )


def read_without_organizations(table: str) -> str:
    """A mapping under which all rows are those of the organization that the feed says."""
    return read_by_mapping(table, Feed.org_id)


def read_a_column_less(table: str) -> str:
    """A mapping under which a column has no value in any row."""
    contract = FEEDS[table]
    optional = [name for name in columns(contract) if name not in required(contract)]
    return read_by_mapping(table, optional[len(optional) // 2])


MAPPINGS = (read_by_table, read_by_mapping, read_without_organizations, read_a_column_less)
"""How a feed may be read."""
