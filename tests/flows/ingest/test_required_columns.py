"""A column that is mapped and not there is never a null: the file is refused, or it is told."""

import pytest

from contracts.config.feed_section import FeedSection
from contracts.config.source_mapping import Source, TableMapping
from contracts.config.toml_values import write_toml
from contracts.config.workspace import Workspace
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.ingest.refused_headers import require_columns
from flows.ingest.required_columns import find_missing
from flows.readers import RefusedFile

SHOP = Source(
    description="a shop's ad export",
    tables=(
        TableMapping(
            table="ad_stats",
            columns={
                "date_day": "Day",
                "campaign_id": "Campaign ID",
                "campaign_name": "Campaign",
                "spend": {"first": ["Cost", {"like": r"amount spent \(([a-z]{3})\)"}]},
                "clicks": {"sum": ["Clicks", "Taps"]},
                "conversions": "Purchases",
                "landing_url": "URL",
            },
            constants={"platform": "google_ads"},
            optional=("campaign_name", "conversions", "landing_url"),
        ),
    ),
)
HEADER = ("Day", "Campaign ID", "Campaign", "Cost", "Clicks", "Taps", "Purchases", "URL")


def feed(**settings: object) -> ConfiguredFeed:
    given = {"source": "shop.ads"} if "table" not in settings else {}
    section = FeedSection.model_validate({"files": "raw/x.csv", **given, **settings})
    return configure_feeds(Workspace(feeds=(section,)), {"shop.ads": SHOP})[0]


def without(*names: str, adding: tuple[str, ...] = ()) -> tuple[str, ...]:
    return (*(name for name in HEADER if name not in names), *adding)


def refusal(configured: ConfiguredFeed, header: tuple[str, ...], *preamble: str) -> str:
    with pytest.raises(RefusedFile) as refused:
        require_columns(configured, header, preamble)
    return str(refused.value)


def test_a_file_with_every_column_is_read() -> None:
    require_columns(feed(), HEADER)
    assert list(find_missing(feed(), HEADER)) == []


def test_a_renamed_column_of_a_source_refuses_the_file_and_names_the_nearest() -> None:
    """Overnight the vendor calls Cost `Costs`: not a spend of 0, but a refusal with its key."""
    said = refusal(feed(), without("Cost", adding=("Costs",)))
    assert 'no column "Cost" or "amount spent (…)" for ad_stats.spend' in said
    assert "nearest to spend is 'Costs'" in said
    assert 'columns = { spend = "Costs" }' in said
    assert 'without = ["spend"]' in said


def test_a_word_that_all_rows_have_in_common_may_be_given() -> None:
    """Exports of one platform do not say which: no column is there to name."""
    header = ("date_day", "campaign_id", "clicks", "impressions", "spend")
    said = refusal(feed(table="ad_stats"), header)
    assert 'constants = { platform = "google_ads" }' in said
    require_columns(feed(table="ad_stats", constants={"platform": "google_ads"}), header)
    assert "constants" not in refusal(feed(), without("Cost"))


def test_an_id_that_no_column_has_is_made_of_several_as_the_message_says() -> None:
    header = ("contact_id", "started_at", "landing_url")
    said = refusal(feed(table="sessions"), header)
    made = {"session_id": {"join": ["…", "…"]}}
    assert f"make an id of several: columns = {write_toml(made)}" in said
    made = {"session_id": {"join": ["contact_id", "started_at"]}}
    require_columns(feed(table="sessions", columns=made), header)


@pytest.mark.parametrize("header", [("2026-01-01", "7", "1.50"), ("Day Campaign ID Cost",)])
def test_a_file_without_any_column_of_the_feed_may_have_no_header_or_another_delimiter(
    header: tuple[str, ...],
) -> None:
    assert "have no header line" in refusal(feed(), header)
    assert "have no header line" not in refusal(feed(), without("Cost"))


@pytest.mark.parametrize("given", [{}, {"table": "ad_stats"}])
def test_a_column_that_conversions_name_must_be_there(given: dict[str, str]) -> None:
    """Misspelt, or renamed overnight: no conversions that are null without a word."""
    header = ("date_day", "platform", "campaign_id", *without(), "spend", "Purchases")
    require_columns(feed(conversions=("Purchases",), **given), header)
    said = refusal(feed(conversions=("Purchse",), **given), header)
    assert 'no column "Purchse" for ad_stats.conversions (feeds[0].conversions)' in said
    assert "'Purchases'" in said
    assert "without" not in said
    mended = feed(conversions=("Purchse",), columns={"conversions": "Purchases"}, **given)
    require_columns(mended, header)


def test_a_header_of_several_lines_is_named_as_toml_writes_it() -> None:
    said = refusal(feed(), without("Cost", adding=('Cost\n"net"',)))
    assert r'columns = { spend = "Cost\n\"net\"" }' in said


def test_what_the_message_says_reads_the_file() -> None:
    require_columns(feed(columns={"spend": "Costs"}), without("Cost", adding=("Costs",)))
    require_columns(feed(without=("spend",)), without("Cost"))


@pytest.mark.parametrize("header", ["Cost", " COST ", "Amount spent (EUR)"])
def test_one_of_several_columns_is_enough(header: str) -> None:
    require_columns(feed(), without("Cost", adding=(header,)))


def test_a_sum_needs_all_its_columns() -> None:
    assert 'no column "Taps" for ad_stats.clicks' in refusal(feed(), without("Taps"))


def test_what_a_source_calls_optional_is_missing_and_no_refusal() -> None:
    """A metric and a name change what reports say, a URL does not."""
    header = without("Campaign", "Purchases", "URL")
    require_columns(feed(), header)
    told = {one.column: one.is_told for one in find_missing(feed(), header)}
    assert told == {"campaign_name": True, "conversions": True, "landing_url": False}


def test_every_column_of_the_feed_s_own_must_be_there() -> None:
    """Also one that the source calls optional, and the message names the key."""
    said = refusal(feed(columns={"conversions": "Orders"}), HEADER)
    assert 'no column "Orders" for ad_stats.conversions (feeds[0].columns.conversions)' in said
    assert "without" not in said


def test_a_file_without_the_column_that_tells_its_rows_is_refused() -> None:
    """Without `Status` no payment was one: the file was read as empty."""
    orders = {"order_id": "id", "ordered_at": "Created", "revenue": "Amount"}
    paid = TableMapping(table="orders", columns=orders, when={"Status": ("paid",)})
    filled = TableMapping(table="orders", columns=orders, unless_empty=("Total",))
    section = FeedSection(source="shop.pay", files="raw/x.csv")
    for table, name in ((paid, "Status"), (filled, "Total")):
        shop = Source(description="payments", tables=(table,), leaves_other_rows=True)
        configured = configure_feeds(Workspace(feeds=(section,)), {"shop.pay": shop})[0]
        require_columns(configured, ("id", "Created", "Amount", name.upper()))
        said = refusal(configured, ("id", "Created", "Amount", f"{name}es"))
        assert f'no column "{name}", which tells the rows of orders from others' in said
        assert f"nearest is '{name}es'" in said


def test_a_constant_needs_no_column() -> None:
    require_columns(feed(constants={"date_day": "2026-01-31"}), without("Day"))


@pytest.mark.parametrize(
    "settings",
    [
        {"columns": {"org_id": "Tenant"}},
        {"columns": {"org_id": "Tenant"}, "constants": {"org_id": "acme"}},
        {"columns": {"platform": "Tenant"}, "constants": {"platform": "google_ads"}},
        {"columns": {"attributes": "Tenant"}},
    ],
)
def test_a_column_of_ones_own_is_needed_whatever_stands_in_for_it(
    settings: dict[str, dict[str, str]],
) -> None:
    """Overnight `Tenant` is `Tenants`: no rows under `default` or the constant, but a refusal."""
    require_columns(feed(**settings), (*HEADER, "Tenant"))
    said = refusal(feed(**settings), (*HEADER, "Tenants"))
    assert f'no column "Tenant" for ad_stats.{next(iter(settings["columns"]))}' in said
    assert "'Tenants'" in said


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (("contact_id", "mood"), None),
        (("Contact_ID ",), None),
        (("mood", "email"), 'no column "contact_id" for contacts.contact_id'),
    ],
)
def test_a_file_with_our_columns_needs_those_that_its_table_requires(
    header: tuple[str, ...], says: str | None
) -> None:
    contacts = feed(table="contacts")
    if says is None:
        require_columns(contacts, header)
    else:
        assert says in refusal(contacts, header)


def test_ad_stats_of_our_columns_need_spend() -> None:
    header = ("date_day", "platform", "campaign_id", "clicks")
    assert "ad_stats.spend" in refusal(feed(table="ad_stats"), header)
    require_columns(feed(table="ad_stats", without=("spend",)), header)


def test_a_period_export_is_told_both_ways_out() -> None:
    """Google's default export has its days in the preamble and none in its rows."""
    said = refusal(feed(), without("Day"), "Campaign report", "July 8, 2025 - July 31, 2025")
    assert 'its preamble says "July 8, 2025 - July 31, 2025"' in said
    assert "export it again by day" in said
    assert 'constants = { date_day = "2026-01-31" }' in said


def test_names_of_columns_are_told_only_where_they_are_no_people() -> None:
    """A file without a header begins with a person; whoever it is stays out of the message."""
    contacts = feed(table="contacts")
    said = refusal(contacts, ("Ann", "Secretsdottir", "contact-1"))
    assert "Ann" not in said
    assert "Secretsdottir" not in said
    said = refusal(feed(), without("Cost", adding=("ann@x.io", "Costs")))
    assert "ann@x.io" not in said


def test_a_report_of_weeks_is_none_of_days() -> None:
    """Microsoft's weekly report has the first day of each week where a daily one has the day."""
    section = FeedSection(source="microsoft_ads.report", files="raw/x.csv")
    (weekly,) = configure_feeds(Workspace(feeds=(section,)))
    header = ("TimePeriod", "CampaignId", "Spend")
    said = refusal(weekly, header, "Report Name: Campaign", "report aggregation: Weekly")
    assert said.startswith('its preamble says "report aggregation: Weekly": each row covers more')
    require_columns(weekly, header, ("Report Name: Campaign", "Report Aggregation: Daily"))
