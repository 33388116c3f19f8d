"""The small world of ads that the matching tests live in, and its table of links."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import polars as pl
import pytest

from contracts.ad_facts import AdNames
from contracts.columns import polars_schema
from contracts.feeds.web import Sessions
from contracts.session_facts import SessionFacts

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


def campaign(platform, account_id, campaign_id, name, *days):
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
    campaign("my_dsp", "M", "71", "Programmatic"),
]

GOOGLE, FACEBOOK = "google_ads", "facebook_ads"
AD, NAME = "utm_content_ad_id", "utm_content_ad_name"
CAMPAIGN_ID, CAMPAIGN_NAME = "utm_campaign_id", "utm_campaign_name"


def url(text):
    return {"landing_url": text}


def utm(source=None, campaign=None, content=None, **more):
    values = {"utm_source": source, "utm_campaign": campaign, "utm_content": content}
    return {name: value for name, value in {**values, **more}.items() if value is not None}


def matched_ad(platform, campaign_id, ad_id, method):
    return (platform, campaign_id, ad_id, "ad", method, "matched")


def matched_campaign(platform, campaign_id, method):
    return (platform, campaign_id, None, "campaign", method, "matched")


def platform_only(platform):
    return (platform, None, None, "platform", "platform", "unmatched")


NOTHING = (None, None, None, "none", "none", "unmatched")


def ambiguous(level, method, platform=None, campaign_id=None):
    return (platform, campaign_id, None, level, method, "ambiguous")


SPRING = matched_campaign(GOOGLE, "1", CAMPAIGN_NAME)
FACES = matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME)

CASES = [
    # what a link says, and where it says it
    pytest.param(utm("google", "Spring Sale"), SPRING, id="own columns"),
    pytest.param(utm("google", "  Spring Sale "), SPRING, id="own column trimmed"),
    pytest.param(
        utm("google", "spring%20sale"), platform_only(GOOGLE), id="own column as it stands"
    ),
    pytest.param(
        utm("google", "Spring Sale") | url("https://x.com/?utm_campaign=Summer_Sale"),
        SPRING,
        id="own column before the URL",
    ),
    pytest.param(
        utm("google", "  ") | url("https://x.com/?utm_campaign=Spring+Sale"),
        SPRING,
        id="blank column gives way to the URL",
    ),
    pytest.param(
        utm("google") | url("https://x.com/?utm_source=facebook&utm_campaign=Spring%20Sale"),
        SPRING,
        id="columns and URL complete each other",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=spring%20sale"), SPRING, id="percent"
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=spring+sale"), SPRING, id="plus"
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=spring%2Bsale"), SPRING, id="%2B is +"
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=spring%2520sale"),
        platform_only(GOOGLE),
        id="decoded once",
    ),
    pytest.param(
        url("https://x.com/?UTM_Source=Google&Utm_CAMPAIGN=SPRING%20SALE"), SPRING, id="any case"
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&prev_utm_campaign=Faces&utm_campaign=Spring+Sale"),
        SPRING,
        id="prev_utm_campaign is another parameter",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&prev_utm_campaign=Spring+Sale"),
        platform_only(GOOGLE),
        id="prev_utm_campaign alone",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=Spring+Sale&utm_campaign=Summer_Sale"),
        SPRING,
        id="first of two wins",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=&utm_content=12"),
        matched_ad(GOOGLE, "1", "12", AD),
        id="empty parameter",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&amp;utm_campaign=Spring+Sale"), SPRING, id="&amp;"
    ),
    pytest.param(url("https://x.com/#utm_source=google&utm_campaign=Spring+Sale"), SPRING, id="#"),
    pytest.param(
        url("https://x.com/#/shop?utm_source=google&utm_campaign=Spring+Sale"), SPRING, id="#/path?"
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=Spring+Sale#utm_campaign=Summer_Sale"),
        SPRING,
        id="query before fragment",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google#top&utm_campaign=Spring+Sale"),
        SPRING,
        id="fragment completes the query",
    ),
    pytest.param(
        url("https://x.com/?next=/a?utm_campaign=Spring+Sale&utm_source=google"),
        platform_only(GOOGLE),
        id="a second ? begins no parameter",
    ),
    pytest.param(
        url("https://x.com/?back=https%3A%2F%2Fy.com%2F%3Futm_campaign%3DFaces&utm_source=google"),
        platform_only(GOOGLE),
        id="a URL within the URL is not read",
    ),
    pytest.param(url("x.com/p?utm_source=google&utm_campaign=Spring+Sale"), SPRING, id="no scheme"),
    pytest.param(
        url("https://bücher.example/?utm_source=google&utm_campaign=Spring+Sale"), SPRING, id="IDN"
    ),
    pytest.param(
        url("https://xn--bcher-kva.example:8080/?utm_source=google&utm_campaign=Spring+Sale"),
        SPRING,
        id="punycode and port",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=100%+Wool"),
        matched_campaign(GOOGLE, "17", CAMPAIGN_NAME),
        id="a bare percent stays",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=%E9t%E9%ZZ"),
        platform_only(GOOGLE),
        id="bytes that are no UTF-8",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=A%3DB%23C%3FD"),
        matched_campaign(GOOGLE, "18", CAMPAIGN_NAME),
        id="encoded delimiters",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=A=B%23C%3FD"),
        matched_campaign(GOOGLE, "18", CAMPAIGN_NAME),
        id="an equals sign in a value",
    ),
    pytest.param(
        url("https://x.com/?pk_source=google&pk_campaign=Spring+Sale"), SPRING, id="Matomo's pk_"
    ),
    pytest.param(
        url("https://x.com/?mtm_source=google&mtm_cid=2"),
        matched_campaign(GOOGLE, "2", CAMPAIGN_ID),
        id="Matomo's mtm_",
    ),
    pytest.param(url("https://x.com/"), NOTHING, id="no parameters"),
    pytest.param(url(""), NOTHING, id="empty URL"),
    pytest.param({}, NOTHING, id="nothing at all"),
    # names compared
    pytest.param(utm("google", "SPRING__sale"), SPRING, id="underscores and case"),
    pytest.param(utm("google", "spring-+_ sale"), SPRING, id="runs of separators"),
    pytest.param(
        utm("google", "springsale"), platform_only(GOOGLE), id="a separator is not nothing"
    ),
    pytest.param(
        utm("google", "summer sale"), matched_campaign(GOOGLE, "2", CAMPAIGN_NAME), id="both sides"
    ),
    pytest.param(
        utm("google", "STRASSE & CAFE\u0301"),
        matched_campaign(GOOGLE, "15", CAMPAIGN_NAME),
        id="case folding and Unicode forms",
    ),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=Stra%C3%9Fe+%26+Caf%C3%A9"),
        matched_campaign(GOOGLE, "15", CAMPAIGN_NAME),
        id="encoded UTF-8 and ampersand",
    ),
    # platforms
    pytest.param(utm("adwords", "Spring Sale"), SPRING, id="adwords"),
    pytest.param(utm("YouTube", "Spring Sale"), SPRING, id="youtube"),
    pytest.param(utm("Google_Ads", "Spring Sale"), SPRING, id="the platform's own name"),
    pytest.param(utm("www.google.co.uk", "Spring Sale"), SPRING, id="google.co.uk"),
    pytest.param(utm("fb", "Faces"), FACES, id="fb"),
    pytest.param(utm("IG", "Faces"), FACES, id="ig"),
    pytest.param(utm("meta", "Faces"), FACES, id="meta"),
    pytest.param(utm("facebook.com", "Faces"), FACES, id="facebook.com"),
    pytest.param(utm("m.facebook.com", "Faces"), FACES, id="m.facebook.com"),
    pytest.param(utm("l.instagram.com", "Faces"), FACES, id="l.instagram.com"),
    pytest.param(utm("https://l.facebook.com/", "Faces"), FACES, id="a source that is a URL"),
    pytest.param(
        utm("bing", "Faces"), platform_only("microsoft_ads"), id="another platform's name"
    ),
    pytest.param(utm("t.co"), platform_only("twitter_ads"), id="t.co"),
    pytest.param(utm("google.evil.com", "no"), NOTHING, id="google.evil.com is not Google"),
    pytest.param(
        utm("my-dsp", "programmatic"),
        matched_campaign("my_dsp", "71", CAMPAIGN_NAME),
        id="a platform of the user's own",
    ),
    pytest.param(utm("Prospecting FB", "Faces"), FACES, id="a source of the user's own"),
    pytest.param(utm("google"), platform_only(GOOGLE), id="the platform alone"),
    pytest.param(utm(gclid="Cj0K"), platform_only(GOOGLE), id="gclid alone"),
    pytest.param(url("https://x.com/?GCLID=Cj0K"), platform_only(GOOGLE), id="gclid in the URL"),
    pytest.param(url("https://x.com/?wbraid=Cl"), platform_only(GOOGLE), id="wbraid"),
    pytest.param(url("https://x.com/?li_fat_id=ab"), platform_only("linkedin_ads"), id="li_fat_id"),
    pytest.param(utm(ttclid="E.C"), platform_only("tiktok_ads"), id="ttclid"),
    pytest.param(utm(msclkid="a1"), platform_only("microsoft_ads"), id="msclkid"),
    pytest.param(url("https://x.com/?gclid="), NOTHING, id="an empty click id"),
    pytest.param(url("https://x.com/?gclid={gclid}"), NOTHING, id="an unresolved click id"),
    pytest.param(
        utm(campaign="Spring Sale", fbclid="Iw"),
        matched_campaign(FACEBOOK, "1", CAMPAIGN_NAME),
        id="a click id gives the platform",
    ),
    pytest.param(
        utm("google", "Spring Sale", fbclid="Iw"), SPRING, id="utm_source before click id"
    ),
    pytest.param(
        utm("newsletter", "Spring Sale", gclid="Cj"),
        SPRING,
        id="click id where the source is unknown",
    ),
    pytest.param(
        utm(campaign="Faces", gclid="Cj", fbclid="Iw"), FACES, id="two click ids prove nothing"
    ),
    pytest.param(utm("newsletter", "June"), NOTHING, id="no ad platform"),
    # ids and names
    pytest.param(utm("google", content="12"), matched_ad(GOOGLE, "1", "12", AD), id="ad id"),
    pytest.param(
        utm("google", content="23"), matched_ad(GOOGLE, "2", "23", AD), id="ad without name"
    ),
    pytest.param(
        utm("google", "Summer Sale", "12"),
        matched_ad(GOOGLE, "1", "12", AD),
        id="ad id comes first",
    ),
    pytest.param(
        utm("google", content="blue shoe"), matched_ad(GOOGLE, "1", "11", NAME), id="ad name"
    ),
    pytest.param(
        utm("facebook", content="511"), matched_ad(FACEBOOK, "51", "511", AD), id="id before name"
    ),
    pytest.param(
        utm("google", "1"),
        matched_campaign(GOOGLE, "1", CAMPAIGN_ID),
        id="id before another's name",
    ),
    pytest.param(
        utm("google", "Summer Sale", "red shoe"),
        matched_ad(GOOGLE, "2", "21", NAME),
        id="ad name in two campaigns, campaign named",
    ),
    pytest.param(
        utm("google", "1", "Red Shoe"),
        matched_ad(GOOGLE, "1", "12", NAME),
        id="ad name in two campaigns, campaign by id",
    ),
    pytest.param(
        utm("google", content="Red Shoe", utm_id="2"),
        matched_ad(GOOGLE, "2", "21", NAME),
        id="ad name in two campaigns, campaign by utm_id",
    ),
    pytest.param(
        utm("google", content="Red Shoe"),
        ambiguous("platform", NAME, GOOGLE),
        id="ad name in two campaigns",
    ),
    pytest.param(
        utm("google", "Nobody", "Red Shoe"),
        ambiguous("platform", NAME, GOOGLE),
        id="ad name in two campaigns, unknown one named",
    ),
    pytest.param(
        utm("google", "Spring Sale", "Twin"),
        ambiguous("campaign", NAME, GOOGLE, "1"),
        id="two ads of one campaign",
    ),
    pytest.param(
        utm("google", content="TWIN"),
        ambiguous("campaign", NAME, GOOGLE, "1"),
        id="two ads of one campaign, none named",
    ),
    pytest.param(
        utm("google", "Spring Sale", "Only Here"),
        SPRING,
        id="the ad of another campaign is not meant",
    ),
    pytest.param(
        utm("google", "Spring Sale", "nonsense"), SPRING, id="unknown content, campaign known"
    ),
    pytest.param(
        utm("google", "0012"), matched_campaign(GOOGLE, "0012", CAMPAIGN_ID), id="leading zeros"
    ),
    pytest.param(utm("google", "12"), platform_only(GOOGLE), id="leading zeros are not dropped"),
    pytest.param(
        utm("google", "123456789012345678"),
        matched_campaign(GOOGLE, "123456789012345678", CAMPAIGN_ID),
        id="18 digits",
    ),
    pytest.param(
        utm("google", utm_id="2"), matched_campaign(GOOGLE, "2", CAMPAIGN_ID), id="utm_id"
    ),
    pytest.param(
        utm("google", "Spring Sale", utm_id="2"),
        matched_campaign(GOOGLE, "2", CAMPAIGN_ID),
        id="utm_id before the campaign's name",
    ),
    pytest.param(
        utm("google", "12 34", content="900x"), platform_only(GOOGLE), id="nothing names it"
    ),
    pytest.param(
        utm("google", content="900"),
        matched_ad(GOOGLE, "17", "900", AD),
        id="a campaign id elsewhere",
    ),
    pytest.param(
        utm("google", "Double"), ambiguous("platform", CAMPAIGN_NAME, GOOGLE), id="two campaigns"
    ),
    pytest.param(
        utm("google", "19"),
        ambiguous("platform", CAMPAIGN_ID, GOOGLE),
        id="one campaign id in two accounts",
    ),
    # without a platform
    pytest.param(
        utm(campaign="1"), ambiguous("none", CAMPAIGN_ID), id="campaign id on two platforms"
    ),
    pytest.param(
        utm(campaign="Spring Sale"),
        ambiguous("none", CAMPAIGN_NAME),
        id="campaign name on two platforms",
    ),
    pytest.param(utm(campaign="Faces"), FACES, id="a name unique over all platforms"),
    pytest.param(utm(content="11"), ambiguous("none", AD), id="ad id on two platforms"),
    pytest.param(
        utm(content="12"), matched_ad(GOOGLE, "1", "12", AD), id="ad id unique over all platforms"
    ),
    pytest.param(utm(content="Blue Shoe"), ambiguous("none", NAME), id="ad name on two platforms"),
    pytest.param(
        utm("facebook", content="Blue Shoe"),
        matched_ad(FACEBOOK, "1", "11", NAME),
        id="ad name on two platforms, source known",
    ),
    pytest.param(
        utm(campaign="Spring Sale", utm_id="1"),
        ambiguous("none", CAMPAIGN_ID),
        id="id and name on two platforms",
    ),
    pytest.param(
        utm(campaign="Double"),
        ambiguous("platform", CAMPAIGN_NAME, GOOGLE),
        id="two campaigns agree on their platform",
    ),
    # macros
    pytest.param(
        utm("facebook", "{{campaign.name}}"), platform_only(FACEBOOK), id="{{campaign.name}}"
    ),
    pytest.param(
        utm("google", "{{campaign.name}}"), platform_only(GOOGLE), id="a macro that is also a name"
    ),
    pytest.param(utm("google", "{campaignid}"), platform_only(GOOGLE), id="{campaignid}"),
    pytest.param(
        url("https://x.com/?utm_source=google&utm_campaign=%7B%7Bcampaign.name%7D%7D"),
        platform_only(GOOGLE),
        id="an encoded macro",
    ),
    pytest.param(
        utm("google", "{campaignid}", "12"),
        matched_ad(GOOGLE, "1", "12", AD),
        id="a macro beside a good value",
    ),
    pytest.param(utm("{{site_source_name}}", "Faces"), FACES, id="a macro as source"),
    # days
    pytest.param(
        utm("google", "Since March"),
        matched_campaign(GOOGLE, "3", CAMPAIGN_NAME),
        id="today's name",
    ),
    pytest.param(
        utm("google", "Before March"),
        matched_campaign(GOOGLE, "3", CAMPAIGN_NAME),
        id="former name",
    ),
    pytest.param(
        utm("google", "Reused"),
        matched_campaign(GOOGLE, "5", CAMPAIGN_NAME),
        id="the name of the day",
    ),
    pytest.param(
        utm("google", "Retired"), platform_only(GOOGLE), id="former name of two campaigns"
    ),
    pytest.param(
        utm("google", content="Old Ad"), matched_ad(GOOGLE, "3", "31", NAME), id="former ad name"
    ),
    pytest.param(
        utm("google", "Since March", "old ad"),
        matched_ad(GOOGLE, "3", "31", NAME),
        id="former ad name within its campaign",
    ),
    # aliases
    pytest.param(
        utm("google", "sprng_SALE"),
        matched_campaign(GOOGLE, "1", "alias"),
        id="alias of a campaign",
    ),
    pytest.param(
        utm("google", content="old-banner"),
        matched_ad(GOOGLE, "1", "12", "alias"),
        id="alias of an ad",
    ),
    pytest.param(
        utm("google", "Summer Sale", "old-banner"),
        matched_ad(GOOGLE, "1", "12", "alias"),
        id="an alias comes first",
    ),
    pytest.param(
        utm("facebook", "sprng-sale"),
        platform_only(FACEBOOK),
        id="an alias belongs to its platform",
    ),
    pytest.param(
        utm(campaign="sprng-sale"), matched_campaign(GOOGLE, "1", "alias"), id="alias, no platform"
    ),
    pytest.param(
        utm("google", "gone"), matched_campaign(GOOGLE, "404", "alias"), id="alias of an unknown id"
    ),
]


def ad_names(names=NAMES, org_id="default"):
    """The names as the frame that the matching reads."""
    rows = [
        {
            **name._asdict(),
            "org_id": org_id,
            "level": "campaign" if name.ad_group_id is None else "ad",
        }
        for name in names
    ]
    return pl.LazyFrame(rows, schema=polars_schema(AdNames))


def sessions(links, day=TODAY):
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
