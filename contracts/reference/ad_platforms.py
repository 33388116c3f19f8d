"""How a link gives away its ad platform: names of sources, sites, and click ids."""

from typing import NamedTuple

from contracts.vocabulary import Platform

AMAZON = Platform.AMAZON_ADS
APPLE = Platform.APPLE_SEARCH_ADS
FACEBOOK = Platform.FACEBOOK_ADS
GOOGLE = Platform.GOOGLE_ADS
LINKEDIN = Platform.LINKEDIN_ADS
MICROSOFT = Platform.MICROSOFT_ADS
PINTEREST = Platform.PINTEREST_ADS
REDDIT = Platform.REDDIT_ADS
SNAPCHAT = Platform.SNAPCHAT_ADS
TIKTOK = Platform.TIKTOK_ADS
TWITTER = Platform.TWITTER_ADS

SOURCE_NAMES: dict[Platform, tuple[str, ...]] = {
    AMAZON: ("amazon", "amazon ads", "amazonads", "amazon advertising", "amzn", "amazon dsp"),
    APPLE: (
        "apple", "apple ads", "apple search", "apple search ads", "appleads", "applesearchads",
        "asa", "search ads", "searchads",
    ),
    FACEBOOK: (
        "an", "audience network", "facebook", "facebook ad", "facebook ads", "facebookads", "fb",
        "fb ad", "fb ads", "fb ig", "fbads", "ig", "ig ads", "instagram", "instagram ads",
        "instagramads", "messenger", "meta", "meta ads", "metaads", "msg", "th", "threads",
    ),
    GOOGLE: (
        "ad words", "adwords", "gads", "gdn", "google", "google ad", "google ads", "google adwords",
        "google cpc", "google display", "google pmax", "google search", "google shopping",
        "googleads", "googleadwords", "googleshopping", "youtube", "youtube ads", "yt",
    ),
    LINKEDIN: ("li", "linked in", "linkedin", "linkedin ads", "linkedinads", "lnkd"),
    MICROSOFT: (
        "adcenter", "bing", "bing ads", "bingads", "microsoft", "microsoft ads",
        "microsoft advertising", "microsoftads", "msads", "msn",
    ),
    PINTEREST: ("pin", "pinterest", "pinterest ads", "pinterestads"),
    REDDIT: ("reddit", "reddit ads", "redditads"),
    SNAPCHAT: ("snap", "snap ads", "snapchat", "snapchat ads", "snapchatads"),
    TIKTOK: ("tik tok", "tik tok ads", "tiktok", "tiktok ads", "tiktokads", "tt"),
    TWITTER: ("tw", "twitter", "twitter ads", "twitterads", "x", "x ads"),
}  # fmt: skip
"""What links write as utm_source, in normalised form; the platform's own name counts as well."""

SITES: dict[Platform, tuple[str, ...]] = {
    AMAZON: ("amazon",),
    APPLE: ("apple",),
    FACEBOOK: ("facebook", "fb", "instagram", "messenger", "threads"),
    GOOGLE: ("google", "googleadservices", "doubleclick", "youtube", "youtu"),
    LINKEDIN: ("linkedin", "lnkd"),
    MICROSOFT: ("bing", "msn"),
    PINTEREST: ("pinterest", "pin"),
    REDDIT: ("reddit",),
    SNAPCHAT: ("snapchat",),
    TIKTOK: ("tiktok",),
    TWITTER: ("twitter", "x", "t"),
}
"""Names of sites as the label before the public suffix (`m.facebook.com` -> `facebook`)."""

PLATFORM_OF_SOURCE: dict[str, str] = {
    name: str(platform)
    for platform, names in SOURCE_NAMES.items()
    for name in (*names, platform.replace("_", " "))
}
"""Normalised utm_source -> platform."""

PLATFORM_OF_SITE: dict[str, str] = {
    site: str(platform) for platform, sites in SITES.items() for site in sites
}
"""Label of a site -> platform."""

SHORT_SITES: dict[str, str] = {"t": "co", "x": "com", "fb": "com|me", "pin": "it", "youtu": "be"}
"""Labels so short that only these public suffixes make them the site."""


class ClickId(NamedTuple):
    """A parameter that a platform adds to the links of its ads."""

    name: str
    platform: Platform
    source: str
    is_paid: bool
    """Whether it proves an ad; Meta and Pinterest add theirs to unpaid links too."""


CLICK_IDS: tuple[ClickId, ...] = (
    ClickId("gclid", GOOGLE, "google", is_paid=True),
    ClickId("gbraid", GOOGLE, "google", is_paid=True),
    ClickId("wbraid", GOOGLE, "google", is_paid=True),
    ClickId("fbclid", FACEBOOK, "facebook", is_paid=False),
    ClickId("msclkid", MICROSOFT, "bing", is_paid=True),
    ClickId("ttclid", TIKTOK, "tiktok", is_paid=True),
    ClickId("twclid", TWITTER, "twitter", is_paid=True),
    ClickId("li_fat_id", LINKEDIN, "linkedin", is_paid=True),
    ClickId("rdt_cid", REDDIT, "reddit", is_paid=True),
    ClickId("sccid", SNAPCHAT, "snapchat", is_paid=True),
    ClickId("epik", PINTEREST, "pinterest", is_paid=False),
)
"""The click ids that a landing URL may carry; the first of each platform is the usual one."""
