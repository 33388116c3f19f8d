"""Sessions by the day, in the row of their ad's spend."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.ads.ad_sums import AdContactSessions, SessionCounts, SessionPlaces
from contracts.facts.matching.session_facts import SessionFacts
from contracts.facts.matching.session_matching import SessionLinks
from contracts.feeds import AdCampaigns, AdStats
from flows.runtime.materialize import materialize
from tests.support.ad_facts import find_versions, make_stats
from tests.support.frames import frame
from transforms.ads.name_versions import AdTables
from transforms.ads.session_counts import (
    count_contact_sessions,
    count_sessions,
    find_parents,
    list_session_orders,
    list_session_places,
    place_links,
)
from transforms.common.keys import CONTACT, hash_id
from transforms.common.shared_texts import write_out_texts
from transforms.matching.match_sessions import SESSION_COLUMNS, MatchedSessions


def visitor() -> pl.Expr:
    """The key of a contact."""
    return hash_id(SessionFacts.contact_id, seed=CONTACT).alias(AdContactSessions.contact_key)


HERE = {"org_id": "o", "platform": "google_ads"}
DAY = date(2026, 3, 2)


def match(*links: dict[str, Any]) -> MatchedSessions:
    """Sessions 1, 2, … each with a link, an order of 5.00 and contact c1."""
    own = [
        {"org_id": "o", "session_id": str(n), "date_day": DAY, "contact_id": "c1"}
        for n in range(len(links))
    ]
    sessions = frame(SessionFacts, own).select(SESSION_COLUMNS)
    brought = [
        pl.Series("link", range(len(links)), pl.UInt32),
        pl.lit(1, pl.Int64).alias("orders"),
        pl.lit(Decimal(5), polars_schema(AdContactSessions)["revenue"]).alias("revenue"),
    ]
    of_links = [{"org_id": "o", "link": n} | link for n, link in enumerate(links)]
    visited = sessions.with_columns(brought)
    return MatchedSessions(
        visited, frame(SessionLinks, of_links), visited.select("link", "date_day", visitor())
    )


def count(
    matched: MatchedSessions, *stats: dict[str, Any], tables: AdTables | None = None
) -> list[tuple[Any, ...]]:
    """Account, campaign, ad group, ad, sessions, orders and revenue of each place and day."""
    tables = tables or AdTables()
    made = make_stats(frame(AdStats, [HERE | {"date_day": DAY} | row for row in stats]), tables)
    places = materialize(list_session_places(matched.links), SessionPlaces)
    visits = count_contact_sessions(
        matched.visits, place_links(matched.links, places), list_session_orders(matched.sessions)
    )
    by_contact = materialize(visits, AdContactSessions)
    parented = find_parents(places, made.entities)
    counted = count_sessions(by_contact, parented, find_versions(tables))
    made = write_out_texts(materialize(counted, SessionCounts)).collect()
    columns = ("account_id", "campaign_id", "ad_group_id", "ad_id", "sessions", "orders", "revenue")
    return sorted(made.select(columns).rows(), key=str)


def test_sessions_of_one_ad_and_day_are_one_row() -> None:
    link = HERE | {"campaign_id": "1", "ad_id": "11"}
    assert count(match(link, link, {})) == [(None, "1", None, "11", 2, 2, Decimal(10))]


def test_an_ad_s_parents_are_those_of_its_stats() -> None:
    stats = {"account_id": "9", "campaign_id": "1", "ad_group_id": "g", "ad_id": "11"}
    assert count(match(HERE | {"ad_id": "11"}), stats)[0][:4] == ("9", "1", "g", "11")


def test_a_campaign_that_only_the_tables_know_has_its_account() -> None:
    campaigns = frame(AdCampaigns, [HERE | {"campaign_id": "1", "account_id": "9"}])
    found = count(match(HERE | {"campaign_id": "1"}), tables=AdTables(campaigns=campaigns))
    assert found[0][:4] == ("9", "1", None, None)


def test_a_session_of_a_platform_alone_names_no_account() -> None:
    assert count(match(HERE | {"account_id": "9"}))[0][:4] == (None, None, None, None)
