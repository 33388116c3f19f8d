from datetime import date
from decimal import Decimal

from contracts.config.workspace import AdsSection
from tests.support.ad_world import MARCH, TODAY, Name, campaign, url, utm
from tests.support.audits import NAMES, audit, of_kind


def test_nothing_is_broken() -> None:
    assert audit([utm("google", "Spring Sale")], spend=[("1", None, "5")]).is_empty()


def test_campaign_that_costs_and_has_no_session() -> None:
    found = audit([utm("google", "Other")], spend=[("1", "11", "5.25"), ("1", None, "0.75")])
    columns = ["platform", "value", "campaign_id", "ad_id", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "spend_without_sessions", *columns) == [
        ("google_ads", "Campaign 1", "1", None, Decimal("6.0000"), 0)
    ]
    assert of_kind(found, "spend_without_sessions", "first_day", "last_day") == [
        (date(2026, 4, 1), date(2026, 4, 7))
    ]


def test_ad_that_costs_and_has_no_session_beside_one_that_has() -> None:
    found = audit([utm("google", content="11")], spend=[("1", "11", "5"), ("1", "12", "3")])
    columns = ["campaign_id", "ad_id", "spend_at_risk"]
    assert of_kind(found, "spend_without_sessions", *columns) == [("1", "12", Decimal("3.0000"))]


def test_ads_are_not_blamed_where_links_name_campaigns() -> None:
    found = audit([utm("google", "Spring Sale")], spend=[("1", "11", "5"), ("1", "12", "3")])
    assert found.is_empty()


def test_free_campaigns_are_not_listed() -> None:
    assert audit([], spend=[("1", None, "0")]).is_empty()


def test_sessions_without_ad_are_counted_by_value() -> None:
    links = [
        utm("google", "Other"),
        utm("google", "Other"),
        utm("google", content="x"),
        utm("google"),
    ]
    columns = ["platform", "parameter", "value", "sessions_at_risk"]
    assert of_kind(audit(links), "sessions_without_ad", *columns) == [
        ("google_ads", None, None, 1),
        ("google_ads", "utm_campaign", "Other", 2),
        ("google_ads", "utm_content", "x", 1),
    ]


def test_unknown_sources_are_those_that_may_be_ads() -> None:
    links = [
        utm("fb-prospecting", "x", utm_medium="cpc"),
        utm("fb-prospecting", "y", utm_medium="cpc"),
        utm("partner"),
        utm("newsletter", utm_medium="email"),
        utm("{{source}}"),
        {},
    ]
    columns = ["value", "sessions_at_risk"]
    assert of_kind(audit(links), "unknown_source", *columns) == [
        ("fb-prospecting", 2),
        ("partner", 1),
    ]


def test_macros_are_counted_once_a_parameter() -> None:
    links = [
        utm("google", "{{campaign.name}}", "{{ad.name}}"),
        utm("google", "{{campaign.name}}", "11"),
        url("https://x.com/?utm_source=google&utm_campaign=%7Bcampaignid%7D"),
    ]
    found = audit(links)
    columns = ["parameter", "value", "sessions_at_risk"]
    assert sorted(of_kind(found, "unresolved_macro", *columns)) == [
        ("utm_campaign", "{campaignid}", 1),
        ("utm_campaign", "{{campaign.name}}", 2),
        ("utm_content", "{{ad.name}}", 1),
    ]
    assert of_kind(found, "sessions_without_ad", "value") == []


def test_name_of_two_campaigns() -> None:
    names = [campaign("google_ads", "G", "1", "Sale"), campaign("google_ads", "G", "2", "sale")]
    found = audit([utm("google", "SALE")], names, [("1", None, "5"), ("2", None, "3")])
    columns = ["platform", "value", "campaign_id", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [
        ("google_ads", "Sale", None, Decimal("8.0000"), 1)
    ]


def test_name_of_two_campaigns_without_sessions_has_the_days_of_its_spend() -> None:
    names = [campaign("google_ads", "G", "1", "Sale"), campaign("google_ads", "G", "2", "sale")]
    found = audit([], names, [("1", None, "5"), ("2", None, "3")])
    columns = ["spend_at_risk", "sessions_at_risk", "first_day", "last_day"]
    days = (date(2026, 4, 1), date(2026, 4, 7))
    assert of_kind(found, "name_used_twice", *columns) == [(Decimal("8.0000"), 0, *days)]


def test_name_that_two_campaigns_bore_one_after_the_other() -> None:
    names = [
        campaign("google_ads", "G", "1", "Sale", None, MARCH),
        campaign("google_ads", "G", "1", "One", MARCH, None),
        campaign("google_ads", "G", "2", "Sale", MARCH, None),
    ]
    assert audit([], names).is_empty()


def test_name_of_two_ads_of_one_campaign() -> None:
    names = [*NAMES, Name("google_ads", "G", "1", "101", "13", "red")]
    found = audit([], names, [("1", "12", "5"), ("1", "13", "2"), ("1", "11", "1")])
    columns = ["parameter", "value", "campaign_id", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [("ad", "Red", "1", Decimal("7.0000"), 0)]


def test_name_of_ads_in_two_campaigns_matters_where_it_left_sessions_open() -> None:
    names = [*NAMES, Name("google_ads", "G", "2", "201", "21", "Red")]
    assert (
        of_kind(audit([utm("google", "Spring Sale", "Red")], names), "name_used_twice", "value")
        == []
    )
    found = audit([utm("google", content="Red")], names, [("1", "12", "5"), ("2", "21", "2")])
    columns = ["platform", "value", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [
        ("google_ads", "Red", Decimal("7.0000"), 1)
    ]


def test_id_on_two_platforms() -> None:
    names = [campaign("google_ads", "G", "1", "A"), campaign("facebook_ads", "F", "1", "B")]
    found = audit([utm(campaign="1")], names, [("1", None, "5")])
    columns = ["platform", "value", "spend_at_risk", "sessions_at_risk"]
    assert of_kind(found, "name_used_twice", *columns) == [(None, "1", Decimal("5.0000"), 1)]


def test_a_typo_is_suggested_with_the_spend_it_hides() -> None:
    found = audit([utm("google", "sprng-sale")], spend=[("1", None, "5")])
    columns = [
        "suggested_platform",
        "suggested_campaign_id",
        "suggested_ad_id",
        "suggested_name",
        "score",
    ]
    assert of_kind(found, "sessions_without_ad", *columns, "spend_at_risk") == [
        ("google_ads", "1", None, "Spring Sale", 95.2, Decimal("5.0000"))
    ]


def test_utm_content_is_compared_with_ads() -> None:
    names = [*NAMES, Name("google_ads", "G", "1", "101", "19", "Carousel Blue Shoe")]
    found = audit([utm("google", content="carousel_blue_sho")], names)
    columns = ["suggested_campaign_id", "suggested_ad_id"]
    assert of_kind(found, "sessions_without_ad", *columns) == [("1", "19")]


def test_other_platforms_names_are_not_suggested() -> None:
    names = [campaign("facebook_ads", "F", "1", "Spring Sale")]
    assert audit([utm("google", "sprng-sale")], names)["score"].null_count() == 1


RISK = ["platform", "campaign_id", "value", "sessions_at_risk", "landing_page"]


def test_content_that_names_no_ad_of_its_campaign() -> None:
    """Two sessions of Spring Sale say `Bleu`; its ads are Blue and Red."""
    links = [
        utm("google", "Spring Sale", "Bleu", landing_url="https://x.com/shoes?page=2#top"),
        utm("google", "Spring Sale", "Bleu", landing_url="https://x.com/boots"),
        utm("google", "Spring Sale", "Blue"),
        utm("google", "Spring Sale", "{adid}"),
        utm("google", "Spring Sale"),
    ]
    found = audit(links)
    assert of_kind(found, "content_without_ad", *RISK) == [
        ("google_ads", "1", "Bleu", 2, "https://x.com/boots")
    ]
    assert of_kind(found, "content_without_ad", "first_day", "last_day") == [(TODAY, TODAY)]


def test_content_is_not_blamed_where_no_ad_is_known() -> None:
    names = [campaign("google_ads", "G", "1", "Spring Sale")]
    assert audit([utm("google", "Spring Sale", "Bleu")], names).is_empty()


GONE = AdsSection.model_validate(
    {"aliases": {"Gone": {"platform": "google_ads", "campaign_id": "404"}}}
)


def test_an_alias_to_nothing() -> None:
    found = audit([utm("google", "gone"), utm("mail", "GONE", utm_medium="email")], ads=GONE)
    columns = ["kind", "parameter", "value", "sessions_at_risk"]
    assert sorted(found.select(columns).rows()) == [
        ("alias_to_nothing", "utm_campaign", "GONE", 1),
        ("alias_to_nothing", "utm_campaign", "gone", 1),
    ]


def test_a_newsletter_is_no_unknown_source() -> None:
    links = [
        utm("klaviyo", "x", utm_medium="push"),
        utm("facebook", "x", utm_medium="organic"),
        utm("agency", "x", utm_medium="cpc", landing_url="https://x.com/a?page=1"),
    ]
    assert of_kind(audit(links), "unknown_source", "value", "landing_page") == [
        ("agency", "https://x.com/a")
    ]


def test_a_name_is_used_twice_where_both_are_known_to_have_it() -> None:
    """Campaign 2 took the name up in March, when campaign 1 had laid it down."""
    one = campaign("google_ads", "G", "1", "Sale", None, MARCH, date(2026, 1, 1), MARCH)
    renamed = campaign("google_ads", "G", "1", "One", MARCH, None, MARCH, None)
    two = campaign("google_ads", "G", "2", "Sale", None, None, MARCH, None)
    assert audit([], [one, renamed, two]).is_empty()
    still = one._replace(valid_until=None, known_until=None)
    assert of_kind(audit([], [still, two]), "name_used_twice", "value") == [("Sale",)]
    within_a_day = campaign("google_ads", "G", "2", "Sale", MARCH, MARCH, None, None)
    assert of_kind(audit([], [still, within_a_day]), "name_used_twice", "value") == []
    copied = campaign("google_ads", "G", "2", "Sale", None, MARCH, MARCH, MARCH)
    assert of_kind(audit([], [still, copied]), "name_used_twice", "value") == []
