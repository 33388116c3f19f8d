"""The few distinct traffic sources of many sessions."""

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.facts.matching.session_matching import TrafficSources
from contracts.feeds.web import Sessions
from tests.support.frames import frame
from transforms.web.traffic_sources import key_traffic_sources, list_traffic_sources

HERE = {"org_id": "default"}


def sources(*rows: dict[str, str]) -> pl.DataFrame:
    listed = list_traffic_sources(key_traffic_sources(frame(Sessions, [HERE | r for r in rows])))
    return listed.collect().select(polars_schema(TrafficSources).names())


def test_sessions_of_one_link_are_one_traffic_source() -> None:
    link = "?utm_source=google&utm_content=11"
    found = sources(
        {"session_id": "1", "landing_url": f"https://x.io/a{link}&gclid=A1"},
        {"session_id": "2", "landing_url": f"https://x.io/b?page=2&{link[1:]}&gclid=A2"},
        {"session_id": "3", "landing_url": f"https://x.io/a{link}&gclid=A1", "org_id": "other"},
    )
    assert found.schema == polars_schema(TrafficSources)
    assert found.sort("org_id").select(
        "org_id", "utm_source", "utm_content", "click_id", "click_platform"
    ).rows() == [(org_id, "google", "11", "gclid", "google_ads") for org_id in ("default", "other")]


@pytest.mark.parametrize(
    ("session", "column", "value"),
    [
        ({"utm_campaign": " Spring%20Sale "}, "utm_campaign", "Spring%20Sale"),
        ({"landing_url": "x.io/?utm_campaign=Spring%20Sale"}, "utm_campaign", "Spring Sale"),
        ({"landing_url": "x.io/#utm_campaign=a&UTM_Term=b"}, "utm_term", "b"),
        ({"landing_url": "x.io/?utm_id=1#utm_id=2"}, "utm_id", "1"),
        ({"utm_id": "3", "landing_url": "x.io/?utm_id=1"}, "utm_id", "3"),
        ({"fbclid": "Iw", "landing_url": "x.io/?gclid=C"}, "click_platform", None),
        ({"gclid": "{gclid}"}, "click_id", None),
        ({"referrer": "https://www.google.com/"}, "referrer_host", "google.com"),
        ({"referrer": "https://x.io/a", "landing_url": "https://x.io/"}, "referrer_host", None),
        ({"referrer": "https://google.com/", "utm_source": "a"}, "referrer_host", None),
    ],
)
def test_what_a_traffic_source_says(
    session: dict[str, str], column: str, value: str | None
) -> None:
    """A column of its own as it stands, else the link's query, then its fragment (SPEC §7.1)."""
    assert sources(session)[column].to_list() == [value]
