"""What web analytics knows of links and sites: parameter names, kinds of sites, channel groups."""

from enum import StrEnum

from contracts.vocabulary import Channel


class ChannelGroup(StrEnum):
    """Where a session came from, in the order of Google Analytics 4's default channel grouping."""

    DIRECT = "direct"
    CROSS_NETWORK = "cross-network"
    PAID_SHOPPING = "paid shopping"
    PAID_SEARCH = "paid search"
    PAID_SOCIAL = "paid social"
    PAID_VIDEO = "paid video"
    DISPLAY = "display"
    PAID_OTHER = "paid other"
    ORGANIC_SHOPPING = "organic shopping"
    ORGANIC_SOCIAL = "organic social"
    ORGANIC_VIDEO = "organic video"
    ORGANIC_SEARCH = "organic search"
    REFERRAL = "referral"
    EMAIL = "email"
    AFFILIATES = "affiliates"
    AUDIO = "audio"
    SMS = "sms"
    MOBILE_PUSH = "mobile push"
    UNASSIGNED = "unassigned"


PARAMETERS: dict[str, str] = {
    "utm_source": r"(?:utm|mtm|pk)(?:_|%5f)source",
    "utm_medium": r"(?:utm|mtm|pk)(?:_|%5f)medium",
    "utm_campaign": r"(?:utm|mtm|pk)(?:_|%5f)campaign",
    "utm_content": r"(?:utm|mtm|pk)(?:_|%5f)content",
    "utm_term": r"(?:utm(?:_|%5f)term|(?:mtm|pk)(?:_|%5f)(?:kwd|keyword))",
    "utm_id": r"(?:utm(?:_|%5f)id|(?:mtm|pk)(?:_|%5f)cid)",
}
"""Our column -> the names that its parameter bears in a URL: Google's, or Matomo's for the same."""

SUBSTITUTES: dict[str, str] = {"utm_id": r"gad(?:_|%5f)campaignid"}
"""Our column -> the parameter that says the same where a URL has none of its own.

Google Ads adds the campaign's id to every link of an ad, also to one without utm values, as
`gad_campaignid`: https://support.google.com/google-ads/answer/16193746.
"""

SEARCH_SITES = frozenset({
    "360", "alice", "aol", "ask", "avg", "babylon", "baidu", "bing", "brave", "centrum", "comcast",
    "conduit", "cnn", "coccoc", "daum", "dogpile", "duckduckgo", "ecosia", "eniro", "exalead",
    "excite", "givewater", "globo", "go", "google", "gmx", "incredimail", "kvasir", "lycos",
    "mamma", "msn", "mynet", "najdi", "naver", "netscape", "onet", "orange", "ozu", "perplexity",
    "presearch", "privacywall", "qwant", "rakuten", "rambler", "sapo", "seznam", "sogou",
    "startpage", "startsiden", "sweetsearch", "swisscows", "szukacz", "terra", "tiscali", "tut",
    "ukr", "virgilio", "voila", "walla", "wp", "yahoo", "yandex", "yippy", "yuppy", "zapmeta",
})  # fmt: skip
"""Search engines, as the label of their site."""

SOCIAL_SITES = frozenset({
    "43things", "academia", "badoo", "bebo", "blackplanet", "blogger", "blogspot", "bsky",
    "buzznet", "classmates", "delicious", "deviantart", "diaspora", "digg", "disqus", "facebook",
    "fb", "fbcdn", "flickr", "flipboard", "foursquare", "geni", "goodreads", "hi5", "hootsuite",
    "ig", "instagram", "instapaper", "kakao", "line", "linkedin", "livejournal", "lnkd", "mastodon",
    "medium", "meetup", "messenger", "mix", "myspace", "nextdoor", "ning", "odnoklassniki", "ok",
    "pinboard", "pinterest", "plurk", "pocket", "quora", "ravelry", "reddit", "renren", "sharethis",
    "skype", "slack", "slashdot", "snapchat", "stumbleupon", "t", "tagged", "taringa", "telegram",
    "threads", "tiktok", "trustpilot", "tumblr", "twitter", "viadeo", "vk", "wattpad", "weebly",
    "weibo", "whatsapp", "wechat", "wordpress", "x", "xanga", "xing", "yammer", "yelp",
})  # fmt: skip
"""Social networks, as the label of their site."""

VIDEO_SITES = frozenset({
    "crackle", "curiositystream", "dailymotion", "disneyplus", "fast", "helpx", "hulu", "iqiyi",
    "kaltura", "netflix", "primevideo", "ted", "twitch", "veoh", "viadeo", "vidyard", "vimeo",
    "wistia", "youku", "youtu", "youtube", "yt",
})  # fmt: skip
"""Video sites, as the label of their site."""

SHOPPING_SITES = frozenset({
    "alibaba", "aliexpress", "amazon", "bestbuy", "ebay", "etsy", "idealo", "igshopping",
    "mercadolibre", "rakuten-shop", "shein", "shopify", "shopping", "shopzilla", "target", "temu",
    "walmart", "wayfair", "zalando",
})  # fmt: skip
"""Shops and marketplaces, as the label of their site."""

SERVICE_HOST = r"^(?:accounts|calendar|classroom|docs|drive|groups|mail|sites|webmail)\."
"""A host at which nobody searches, though its site be a search engine's: webmail, documents."""

PAID_MEDIUM = r"^(?:.*cp.*|ppc|retargeting|paid.*)$"
"""A medium that was paid for."""

SHOPPING_CAMPAIGN = r"^.*(?:(?:[^a-df-z]|^)shop|shopping).*$"
"""A campaign name that speaks of shopping."""

DISPLAY_MEDIA = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
SOCIAL_MEDIA = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)
REFERRAL_MEDIA = frozenset({"referral", "app", "link"})
EMAIL_WORDS = frozenset({"email", "e-mail", "e_mail", "e mail"})
MESSAGE_MEDIA: dict[str, Channel] = {
    "e mail": Channel.EMAIL,
    "e mails": Channel.EMAIL,
    "email": Channel.EMAIL,
    "emailing": Channel.EMAIL,
    "emails": Channel.EMAIL,
    "mailing": Channel.EMAIL,
    "mobile push": Channel.PUSH,
    "newsletter": Channel.EMAIL,
    "newsletters": Channel.EMAIL,
    "push": Channel.PUSH,
    "push notification": Channel.PUSH,
    "push notifications": Channel.PUSH,
    "sms": Channel.SMS,
    "web push": Channel.PUSH,
}
"""Media of messages, normalised -> channel: what they bring is never an ad's (SPEC §7.2)."""

UNPAID_MEDIA = frozenset({"organic", "referral"})
"""Media that say of an ad platform's own site that nobody paid."""

NO_MEDIA = frozenset({"(none)", "(not set)"})
SUMS_OF_VISITS = frozenset({
    "page path and screen class", "page path and screen name", "page title and screen class",
    "page title and screen name", "page path", "landing page", "page title",
    "session source / medium", "session source/medium", "session campaign",
    "session default channel group", "session primary channel group (default channel group)",
    "first user source / medium", "first user default channel group", "event name",
    "seitenpfad und bildschirmklasse", "sitzung - quelle/medium",
})  # fmt: skip
"""What reports of Google Analytics count visits by, in lower case."""
