import polars as pl
import pytest

from contracts.reference.ad_platforms import CLICK_IDS
from contracts.reference.web_sources import ChannelGroup
from transforms.web.channel_groups import group_channels

TEXTS = ["utm_source", "utm_medium", "utm_campaign", "click_id", "referrer_host"]


def group(**origin: str | None) -> str:
    schema = dict.fromkeys(TEXTS, pl.String)
    return group_channels(pl.LazyFrame([origin], schema=schema)).collect()["channel_group"].item()


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "expected"),
    [
        (None, None, None, "direct"),
        ("(direct)", "(none)", None, "direct"),
        ("(direct)", "(not set)", None, "direct"),
        ("google", "cpc", "Cross-Network PMax", "cross-network"),
        ("amazon", "cpc", None, "paid shopping"),
        ("google", "cpc", "Summer Shop", "paid shopping"),
        ("google", "cpc", "Bishop", "paid search"),
        ("google", "cpc", "workshop", "paid search"),
        ("google", "cpc", "eshop", "paid shopping"),
        ("Google", "CPC", "Brand", "paid search"),
        ("bing", "ppc", None, "paid search"),
        ("www.google.com", "cpc", None, "paid search"),
        ("facebook", "paid_social", None, "paid social"),
        ("l.instagram.com", "cpm", None, "paid social"),
        ("t.co", "retargeting", None, "paid social"),
        ("youtube", "cpv", None, "paid video"),
        ("youtube", "cpc", None, "paid video"),
        ("partner", "display", None, "display"),
        ("partner", "banner", None, "display"),
        ("partner", "cpm", None, "display"),
        ("google-ad", "ppc", None, "paid other"),
        ("partner", "paid", None, "paid other"),
        ("etsy.com", "referral", None, "organic shopping"),
        ("partner", "referral", "big shopping day", "organic shopping"),
        ("facebook", "referral", None, "organic social"),
        ("partner", "social media", None, "organic social"),
        ("vimeo.com", "referral", None, "organic video"),
        ("partner", "instream-video", None, "organic video"),
        ("google", "organic", None, "organic search"),
        ("duckduckgo.com", None, None, "organic search"),
        ("partner", "organic", None, "organic search"),
        ("partner.com", "referral", None, "referral"),
        ("partner", "link", None, "referral"),
        ("newsletter", "email", None, "email"),
        ("e-mail", "blast", None, "email"),
        ("partner", "affiliate", None, "affiliates"),
        ("spotify", "audio", None, "audio"),
        ("sms", "text", None, "sms"),
        ("twilio", "SMS", None, "sms"),
        ("braze", "push", None, "mobile push"),
        ("braze", "web_push", None, "mobile push"),
        ("firebase", "fcm", None, "mobile push"),
        ("partner", "flyer", None, "unassigned"),
        (None, None, "June", "unassigned"),
        ("googleplex.example.com", "flyer", None, "unassigned"),
    ],
)
def test_group_of_a_tagged_link(
    source: str | None, medium: str | None, campaign: str | None, expected: str
) -> None:
    assert group(utm_source=source, utm_medium=medium, utm_campaign=campaign) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("google.com", "organic search"),
        ("m.facebook.com", "organic social"),
        ("t.co", "organic social"),
        ("youtube.com", "organic video"),
        ("amazon.de", "organic shopping"),
        ("blog.example.org", "referral"),
        ("mail.google.com", "referral"),
        ("docs.google.com", "referral"),
        ("news.google.com", "organic search"),
        ("mail.yahoo.com", "referral"),
    ],
)
def test_group_of_a_referrer(host: str | None, expected: str) -> None:
    assert group(referrer_host=host) == expected


@pytest.mark.parametrize(
    ("click", "expected"),
    [
        ("gclid", "paid search"),
        ("msclkid", "paid search"),
        ("ttclid", "paid social"),
        ("fbclid", "organic social"),
        ("epik", "organic social"),
    ],
)
def test_group_of_a_click_id(click: str, expected: str) -> None:
    assert group(click_id=click) == expected


@pytest.mark.parametrize(
    ("medium", "expected"),
    [
        ("email", "email"),
        ("E-Mail", "email"),
        ("sms", "sms"),
        ("push", "mobile push"),
        ("newsletter", "unassigned"),
        ("cpc", "paid search"),
    ],
)
def test_what_a_message_brought_is_not_its_readers_webmail(medium: str, expected: str) -> None:
    assert group(utm_medium=medium, referrer_host="google.com") == expected


def test_every_click_id_has_a_group() -> None:
    groups = {group(click_id=click.name) for click in CLICK_IDS}
    assert ChannelGroup.UNASSIGNED not in groups


def test_utm_medium_goes_before_a_click_id() -> None:
    assert group(utm_source="facebook", utm_medium="cpc", click_id="fbclid") == "paid social"


def test_rules_stand_in_the_order_of_the_groups() -> None:
    listed = [str(name) for name in ChannelGroup]
    assert (listed[0], listed[-1], len(listed)) == ("direct", "unassigned", 19)
