"""Links as they are written: where a value stands, how it is encoded and compared."""

import pytest

from tests.support.ad_world import (
    AD,
    CAMPAIGN_ID,
    CAMPAIGN_NAME,
    FACEBOOK,
    GOOGLE,
    NOTHING,
    matched_ad,
    matched_campaign,
    platform_only,
    url,
    utm,
)

SPRING = matched_campaign(GOOGLE, "1", CAMPAIGN_NAME)
FACES = matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME)

READING_CASES = [
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
]
