"""Links that can be an ad's and links that cannot (SPEC §7.2): `Both Ways` is a Facebook campaign
and an e-mail campaign, `June News` an e-mail campaign alone."""

from tests.support.ad_world import (
    CAMPAIGN_NAME,
    FACEBOOK,
    FACES,
    GOOGLE,
    NOTHING,
    ON_GOOGLE,
    SPRING,
    Link,
    matched_campaign,
    url,
    utm,
)

BOTH = matched_campaign(FACEBOOK, "61", CAMPAIGN_NAME)


def link(source: str | None, medium: str | None, campaign: str = "Both Ways", **more: str) -> Link:
    return utm(source, campaign, **({"utm_medium": medium} if medium else {}), **more)


POSSIBLE_CASES = {
    "a newsletter of the same name": (link("newsletter", "email"), NOTHING),
    "e-mail, however it is written": (link("klaviyo", "E-Mail"), NOTHING),
    "e-mail, whatever the source": (link("facebook", "email"), NOTHING),
    "sms": (link("twilio", "SMS"), NOTHING),
    "push": (link("braze", "push"), NOTHING),
    "newsletter as the medium": (link("crm", "newsletter"), NOTHING),
    "a click id, whatever the medium": (
        link("newsletter", "email", gclid="Cj", campaign="Spring Sale"),
        SPRING,
    ),
    "a click id that is a macro": (link("newsletter", "email", gclid="{gclid}"), NOTHING),
    "paid, of a platform": (link("facebook", "cpc"), BOTH),
    "a platform without a medium": (link("facebook", None), BOTH),
    "a platform with any other medium": (link("facebook", "social"), BOTH),
    "organic of a platform": (link("facebook", "organic"), NOTHING),
    "referral of a platform": (link("facebook", "Referral"), NOTHING),
    "organic of a platform with a click id": (link("facebook", "organic", fbclid="Iw"), BOTH),
    "paid, of a source that is unknown": (link("agency", "cpc"), BOTH),
    "paid_social": (link("agency", "paid_social"), BOTH),
    "banner": (link("agency", "Banner"), BOTH),
    "retargeting": (link("agency", "retargeting"), BOTH),
    "a paid medium of the user's own": (link("agency", "social boost"), BOTH),
    "any other medium": (link("agency", "affiliate"), NOTHING),
    "organic without a source": (link(None, "organic", "Faces"), NOTHING),
    "no medium, named like a message campaign": (link("agency", None), NOTHING),
    "neither, named like a message campaign": (link(None, None), NOTHING),
    "a message campaign alone": (link(None, None, "june_news"), NOTHING),
    "an unknown source, named like an ad campaign alone": (link("agency", None, "Faces"), FACES),
    "(none) is no medium": (link("agency", "(none)", "Faces"), FACES),
    "a macro is no medium": (link("agency", "{{placement}}", "Faces"), FACES),
    "organic: no platform": (link("google", "organic", "12 34"), NOTHING),
    "a paid visit has one": (link("google", "cpc", "12 34"), ON_GOOGLE),
    "an alias always counts": (
        link("newsletter", "email", "sprng-sale"),
        matched_campaign(GOOGLE, "1", "alias"),
    ),
    "a medium read from the URL": (
        url("https://x.com/?utm_source=news&utm_medium=e%2Dmail&utm_campaign=Both+Ways"),
        NOTHING,
    ),
}
