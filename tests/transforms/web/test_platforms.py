"""Which ad platform a link belongs to: its utm_source first, then its click id."""

import polars as pl
import pytest

from contracts.facts.matching.session_matching import TrafficSources
from tests.support.ad_world import ad_names, campaign
from tests.support.frames import frame
from transforms.web.platforms import name_platforms, site_label

NAMES = ad_names([campaign("my_dsp", "M", "71", "Programmatic")])


@pytest.mark.parametrize(
    ("source", "click_platform", "platform", "by"),
    [
        ("Google", None, "google_ads", "source"),
        ("m.facebook.com", None, "facebook_ads", "source"),
        ("my-DSP", None, "my_dsp", "source"),
        ("fb prospecting", None, "facebook_ads", "source"),
        ("google", "facebook_ads", "google_ads", "source"),
        ("newsletter", "tiktok_ads", "tiktok_ads", "click_id"),
        ("{{source}}", None, None, None),
        (None, None, None, None),
    ],
)
def test_platform_of_a_link(
    source: str | None, click_platform: str | None, platform: str | None, by: str | None
) -> None:
    row = {"org_id": "default", "utm_source": source, "click_platform": click_platform}
    named = name_platforms(
        frame(TrafficSources, [row]), NAMES, {"FB_Prospecting": "facebook_ads"}
    ).collect()
    assert named.select("link_platform", "platform_by").row(0) == (platform, by)


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("https://l.facebook.com/", "facebook"),
        ("facebook.co.uk", "facebook"),
        ("google.evil.com", "evil"),
        ("t.co", "t"),
        ("t.com", None),
        ("newsletter", None),
    ],
)
def test_label_of_a_site(source: str, label: str | None) -> None:
    assert pl.select(site_label(pl.lit(source))).item() == label
