"""Links as they are written: where a value stands, how it is encoded and compared."""

from tests.support.ad_world import (
    AD,
    CAMPAIGN_ID,
    CAMPAIGN_NAME,
    GOOGLE,
    NOTHING,
    ON_GOOGLE,
    SPRING,
    matched_ad,
    matched_campaign,
    url,
    utm,
)

READING_CASES = {
    "own columns": (utm("google", "Spring Sale"), SPRING),
    "own column trimmed": (utm("google", "  Spring Sale "), SPRING),
    "own column as it stands": (utm("google", "spring%20sale"), ON_GOOGLE),
    "own column before the URL": (
        utm("google", "Spring Sale") | url("https://x.com/?utm_campaign=Summer_Sale"),
        SPRING,
    ),
    "blank column gives way to the URL": (
        utm("google", "  ") | url("https://x.com/?utm_campaign=Spring+Sale"),
        SPRING,
    ),
    "columns and URL complete each other": (
        utm("google") | url("https://x.com/?utm_source=facebook&utm_campaign=Spring%20Sale"),
        SPRING,
    ),
    "percent": (url("https://x.com/?utm_source=google&utm_campaign=spring%20sale"), SPRING),
    "plus": (url("https://x.com/?utm_source=google&utm_campaign=spring+sale"), SPRING),
    "%2B is +": (url("https://x.com/?utm_source=google&utm_campaign=spring%2Bsale"), SPRING),
    "decoded once": (
        url("https://x.com/?utm_source=google&utm_campaign=spring%2520sale"),
        ON_GOOGLE,
    ),
    "any case": (url("https://x.com/?UTM_Source=Google&Utm_CAMPAIGN=SPRING%20SALE"), SPRING),
    "prev_utm_campaign is another parameter": (
        url("https://x.com/?utm_source=google&prev_utm_campaign=Faces&utm_campaign=Spring+Sale"),
        SPRING,
    ),
    "prev_utm_campaign alone": (
        url("https://x.com/?utm_source=google&prev_utm_campaign=Spring+Sale"),
        ON_GOOGLE,
    ),
    "first of two wins": (
        url("https://x.com/?utm_source=google&utm_campaign=Spring+Sale&utm_campaign=Summer_Sale"),
        SPRING,
    ),
    "empty parameter": (
        url("https://x.com/?utm_source=google&utm_campaign=&utm_content=12"),
        matched_ad(GOOGLE, "1", "12", AD),
    ),
    "&amp;": (url("https://x.com/?utm_source=google&amp;utm_campaign=Spring+Sale"), SPRING),
    "#": (url("https://x.com/#utm_source=google&utm_campaign=Spring+Sale"), SPRING),
    "#/path?": (url("https://x.com/#/shop?utm_source=google&utm_campaign=Spring+Sale"), SPRING),
    "query before fragment": (
        url("https://x.com/?utm_source=google&utm_campaign=Spring+Sale#utm_campaign=Summer_Sale"),
        SPRING,
    ),
    "fragment completes the query": (
        url("https://x.com/?utm_source=google#top&utm_campaign=Spring+Sale"),
        SPRING,
    ),
    "a second ? begins no parameter": (
        url("https://x.com/?next=/a?utm_campaign=Spring+Sale&utm_source=google"),
        ON_GOOGLE,
    ),
    "a URL within the URL is not read": (
        url("https://x.com/?back=https%3A%2F%2Fy.com%2F%3Futm_campaign%3DFaces&utm_source=google"),
        ON_GOOGLE,
    ),
    "no scheme": (url("x.com/p?utm_source=google&utm_campaign=Spring+Sale"), SPRING),
    "IDN": (url("https://bücher.example/?utm_source=google&utm_campaign=Spring+Sale"), SPRING),
    "punycode and port": (
        url("https://xn--bcher-kva.example:8080/?utm_source=google&utm_campaign=Spring+Sale"),
        SPRING,
    ),
    "a bare percent stays": (
        url("https://x.com/?utm_source=google&utm_campaign=100%+Wool"),
        matched_campaign(GOOGLE, "17", CAMPAIGN_NAME),
    ),
    "bytes that are no UTF-8": (
        url("https://x.com/?utm_source=google&utm_campaign=%E9t%E9%ZZ"),
        ON_GOOGLE,
    ),
    "encoded delimiters": (
        url("https://x.com/?utm_source=google&utm_campaign=A%3DB%23C%3FD"),
        matched_campaign(GOOGLE, "18", CAMPAIGN_NAME),
    ),
    "an equals sign in a value": (
        url("https://x.com/?utm_source=google&utm_campaign=A=B%23C%3FD"),
        matched_campaign(GOOGLE, "18", CAMPAIGN_NAME),
    ),
    "Matomo's pk_": (url("https://x.com/?pk_source=google&pk_campaign=Spring+Sale"), SPRING),
    "Matomo's mtm_": (
        url("https://x.com/?mtm_source=google&mtm_cid=2"),
        matched_campaign(GOOGLE, "2", CAMPAIGN_ID),
    ),
    "Google's own id of the campaign": (
        url("https://x.com/?gad_source=1&gad_campaignid=2&gbraid=0AAAA"),
        matched_campaign(GOOGLE, "2", CAMPAIGN_ID),
    ),
    "one's own utm_id stands before Google's": (
        url("https://x.com/?utm_source=google&utm_medium=cpc&utm_id=1&gad_campaignid=2"),
        matched_campaign(GOOGLE, "1", CAMPAIGN_ID),
    ),
    "and after it, too": (
        url("https://x.com/?gad_campaignid=2&utm_source=google&utm_medium=cpc&utm_id=1"),
        matched_campaign(GOOGLE, "1", CAMPAIGN_ID),
    ),
    "no parameters": (url("https://x.com/"), NOTHING),
    "empty URL": (url(""), NOTHING),
    "nothing at all": ({}, NOTHING),
    "underscores and case": (utm("google", "SPRING__sale"), SPRING),
    "runs of separators": (utm("google", "spring-+_ sale"), SPRING),
    "a separator is not nothing": (utm("google", "springsale"), ON_GOOGLE),
    "both sides": (utm("google", "summer sale"), matched_campaign(GOOGLE, "2", CAMPAIGN_NAME)),
    "case folding and Unicode forms": (
        utm("google", "STRASSE & CAFE\u0301"),
        matched_campaign(GOOGLE, "15", CAMPAIGN_NAME),
    ),
    "encoded UTF-8 and ampersand": (
        url("https://x.com/?utm_source=google&utm_campaign=Stra%C3%9Fe+%26+Caf%C3%A9"),
        matched_campaign(GOOGLE, "15", CAMPAIGN_NAME),
    ),
}
