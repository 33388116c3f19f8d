"""The small world of ads that the matching tests live in, and how links are written."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import polars as pl

from contracts.columns import polars_schema
from contracts.config.workspace import AdsSection, Workspace
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_facts import SessionFacts
from contracts.facts.matching.session_matching import MessageNameKeys
from contracts.feeds.web import Sessions
from flows.steps.matching.session_matching import match_links
from transforms.matching.link_visits import count_visits, sum_source_days
from transforms.matching.match_sessions import (
    SESSION_COLUMNS,
    MatchedSessions,
    find_links,
    key_sessions,
)
from transforms.web.traffic_sources import SOURCE_KEY, list_traffic_sources
from transforms.web.utm import normalize_value

Link = dict[str, str]
Outcome = tuple[str | None, str | None, str | None, str, str, str]

NEW_YEAR, MARCH = date(2026, 1, 1), date(2026, 3, 1)
TODAY = date(2026, 4, 15)


class Name(NamedTuple):
    """A name of an ad or a campaign; campaign 1's ads are 11, 12; its ad groups 101."""

    platform: str
    account_id: str | None
    campaign_id: str | None
    ad_group_id: str | None
    ad_id: str | None
    name: str | None
    valid_from: date | None = None
    valid_until: date | None = None
    known_from: date | None = None
    known_until: date | None = None


def campaign(
    platform: str, account_id: str, campaign_id: str, name: str | None, *days: date | None
) -> Name:
    return Name(platform, account_id, campaign_id, None, None, name, *days)


NAMES = [
    campaign("google_ads", "G", "1", "Spring Sale"),
    Name("google_ads", "G", "1", "101", "11", "Blue Shoe"),
    Name("google_ads", "G", "1", "101", "12", "Red Shoe"),
    Name("google_ads", "G", "1", "102", "13", "Twin"),
    Name("google_ads", "G", "1", "102", "14", "twin"),
    campaign("google_ads", "G", "2", "Summer_Sale"),
    Name("google_ads", "G", "2", "201", "21", "Red Shoe"),
    Name("google_ads", "G", "2", "201", "22", "Only Here"),
    Name("google_ads", "G", "2", "201", "23", None),
    campaign("google_ads", "G", "3", "Before March", None, MARCH),
    campaign("google_ads", "G", "3", "Since March", MARCH, None),
    campaign("google_ads", "G", "4", "Reused", None, MARCH),
    campaign("google_ads", "G", "4", "Four", MARCH, None),
    campaign("google_ads", "G", "5", "Reused", MARCH, None),
    campaign("google_ads", "G", "6", "Retired", None, NEW_YEAR),
    campaign("google_ads", "G", "6", "Six", NEW_YEAR, None),
    campaign("google_ads", "G", "7", "Retired", None, NEW_YEAR),
    campaign("google_ads", "G", "7", "Seven", NEW_YEAR, None),
    Name("google_ads", "G", "3", "301", "31", "Old Ad", None, MARCH),
    Name("google_ads", "G", "3", "301", "31", "New Ad", MARCH, None),
    campaign("google_ads", "G", "8", "1"),
    campaign("google_ads", "G", "9", "Double"),
    campaign("google_ads", "G", "10", "double"),
    campaign("google_ads", "G", "0012", "Leading Zeros"),
    campaign("google_ads", "G", "123456789012345678", "Long Id"),
    campaign("google_ads", "G", "123456789012345679", "Longer Id"),
    campaign("google_ads", "G", "15", "Straße & Café"),
    campaign("google_ads", "G", "16", "{{campaign.name}}"),
    campaign("google_ads", "G", "17", "100% Wool"),
    campaign("google_ads", "G", "18", "A=B#C?D"),
    Name("google_ads", "G", "17", "171", "900", "Wool"),
    campaign("google_ads", "G", "19", "Solo Account"),
    campaign("google_ads", "H", "19", "Solo Account"),
    campaign("facebook_ads", "F", "1", "Spring Sale"),
    Name("facebook_ads", "F", "1", "f1", "11", "Blue Shoe"),
    campaign("facebook_ads", "F", "51", "Faces"),
    Name("facebook_ads", "F", "51", "f2", "511", "Carousel"),
    Name("facebook_ads", "F", "51", "f2", "512", "511"),
    campaign("facebook_ads", "F", "900", "Nine Hundred"),
    campaign("facebook_ads", "F", "61", "Both Ways"),
    campaign("my_dsp", "M", "71", "Programmatic"),
]

MESSAGES = ["both ways", "june news"]
"""What campaigns of the message channels are called, normalised."""

GOOGLE, FACEBOOK = "google_ads", "facebook_ads"
AD, NAME = "utm_content_ad_id", "utm_content_ad_name"
CAMPAIGN_ID, CAMPAIGN_NAME = "utm_campaign_id", "utm_campaign_name"


def url(text: str) -> Link:
    return {"landing_url": text}


def utm(
    source: str | None = None, campaign: str | None = None, content: str | None = None, **more: str
) -> Link:
    values = {"utm_source": source, "utm_campaign": campaign, "utm_content": content}
    return {name: value for name, value in {**values, **more}.items() if value is not None}


def matched_ad(platform: str, campaign_id: str, ad_id: str, method: str) -> Outcome:
    return (platform, campaign_id, ad_id, "ad", method, "matched")


def matched_campaign(platform: str, campaign_id: str, method: str) -> Outcome:
    return (platform, campaign_id, None, "campaign", method, "matched")


def platform_only(platform: str) -> Outcome:
    return (platform, None, None, "platform", "platform", "unmatched")


NOTHING = (None, None, None, "none", "none", "unmatched")
ON_GOOGLE, ON_FACEBOOK = platform_only(GOOGLE), platform_only(FACEBOOK)
SPRING = matched_campaign(GOOGLE, "1", CAMPAIGN_NAME)
FACES = matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME)


def ambiguous(
    level: str, method: str, platform: str | None = None, campaign_id: str | None = None
) -> Outcome:
    return (platform, campaign_id, None, level, method, "ambiguous")


def ad_names(names: Sequence[Name] = NAMES, org_id: str = "default") -> pl.LazyFrame:
    """The names as the frame that the matching reads."""
    rows = [
        {
            **name._asdict(),
            "org_id": org_id,
            "level": "campaign" if name.ad_group_id is None else "ad",
        }
        for name in names
    ]
    name_key = normalize_value(pl.col(AdNames.name)).alias(AdNames.name_key)
    return pl.LazyFrame(rows, schema=polars_schema(AdNames)).with_columns(name_key)


def sessions(links: list[Link], day: date = TODAY) -> pl.LazyFrame:
    """One session a link, on one day, numbered from 0."""
    rows = [
        {
            "org_id": "default",
            "session_id": str(number),
            "started_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            **link,
        }
        for number, link in enumerate(links)
    ]
    schema = polars_schema(Sessions) | {SessionFacts.is_bot: pl.Boolean}
    return pl.LazyFrame(rows, schema=schema)


def match_sessions(
    frame: pl.LazyFrame,
    names: pl.LazyFrame,
    ads: AdsSection,
    timezone: str = "UTC",
    messages: Sequence[str] = (),
) -> MatchedSessions:
    """Match sessions as a run does, all in memory."""
    keyed = key_sessions(frame, timezone)
    of_messages = pl.LazyFrame(
        [{"org_id": "default", "name_key": name} for name in messages],
        schema=polars_schema(MessageNameKeys),
    )
    links = match_links(list_traffic_sources(keyed), keyed, names, of_messages, Workspace(ads=ads))
    sessions = find_links(keyed.select(*SESSION_COLUMNS, *SOURCE_KEY), links)
    return MatchedSessions(sessions, count_visits(links, sum_source_days(keyed)), pl.LazyFrame())
