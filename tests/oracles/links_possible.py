"""Links that can be an ad's and links that cannot (SPEC §7.2): `Both Ways` is a Facebook campaign
and an e-mail campaign, `June News` an e-mail campaign alone."""

import pytest

from tests.support.ad_world import (
    CAMPAIGN_NAME,
    FACEBOOK,
    GOOGLE,
    NOTHING,
    Link,
    matched_campaign,
    platform_only,
    url,
    utm,
)

BOTH = matched_campaign(FACEBOOK, "61", CAMPAIGN_NAME)
SPRING = matched_campaign(GOOGLE, "1", CAMPAIGN_NAME)


def link(source: str | None, medium: str | None, campaign: str = "Both Ways", **more: str) -> Link:
    return utm(source, campaign, **({"utm_medium": medium} if medium else {}), **more)


POSSIBLE_CASES = [
    pytest.param(link("newsletter", "email"), NOTHING, id="a newsletter of the same name"),
    pytest.param(link("klaviyo", "E-Mail"), NOTHING, id="e-mail, however it is written"),
    pytest.param(link("facebook", "email"), NOTHING, id="e-mail, whatever the source"),
    pytest.param(link("twilio", "SMS"), NOTHING, id="sms"),
    pytest.param(link("braze", "push"), NOTHING, id="push"),
    pytest.param(link("crm", "newsletter"), NOTHING, id="newsletter as the medium"),
    pytest.param(
        link("newsletter", "email", gclid="Cj", campaign="Spring Sale"),
        SPRING,
        id="a click id, whatever the medium",
    ),
    pytest.param(
        link("newsletter", "email", gclid="{gclid}"), NOTHING, id="a click id that is a macro"
    ),
    pytest.param(link("facebook", "cpc"), BOTH, id="paid, of a platform"),
    pytest.param(link("facebook", None), BOTH, id="a platform without a medium"),
    pytest.param(link("facebook", "social"), BOTH, id="a platform with any other medium"),
    pytest.param(link("facebook", "organic"), NOTHING, id="organic of a platform"),
    pytest.param(link("facebook", "Referral"), NOTHING, id="referral of a platform"),
    pytest.param(
        link("facebook", "organic", fbclid="Iw"), BOTH, id="organic of a platform with a click id"
    ),
    pytest.param(link("agency", "cpc"), BOTH, id="paid, of a source that is unknown"),
    pytest.param(link("agency", "paid_social"), BOTH, id="paid_social"),
    pytest.param(link("agency", "Banner"), BOTH, id="banner"),
    pytest.param(link("agency", "retargeting"), BOTH, id="retargeting"),
    pytest.param(link("agency", "social boost"), BOTH, id="a paid medium of the user's own"),
    pytest.param(link("agency", "affiliate"), NOTHING, id="any other medium"),
    pytest.param(link(None, "organic", "Faces"), NOTHING, id="organic without a source"),
    pytest.param(link("agency", None), NOTHING, id="no medium, named like a message campaign"),
    pytest.param(link(None, None), NOTHING, id="neither, named like a message campaign"),
    pytest.param(link(None, None, "june_news"), NOTHING, id="a message campaign alone"),
    pytest.param(
        link("agency", None, "Faces"),
        matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME),
        id="an unknown source, named like an ad campaign alone",
    ),
    pytest.param(
        link("agency", "(none)", "Faces"),
        matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME),
        id="(none) is no medium",
    ),
    pytest.param(
        link("agency", "{{placement}}", "Faces"),
        matched_campaign(FACEBOOK, "51", CAMPAIGN_NAME),
        id="a macro is no medium",
    ),
    pytest.param(link("google", "organic", "12 34"), NOTHING, id="organic: no platform"),
    pytest.param(link("google", "cpc", "12 34"), platform_only(GOOGLE), id="a paid visit has one"),
    pytest.param(
        link("newsletter", "email", "sprng-sale"),
        matched_campaign(GOOGLE, "1", "alias"),
        id="an alias always counts",
    ),
    pytest.param(
        url("https://x.com/?utm_source=news&utm_medium=e%2Dmail&utm_campaign=Both+Ways"),
        NOTHING,
        id="a medium read from the URL",
    ),
]
