"""A feed's own settings on top of its source mapping, and source mappings of one's own."""

from decimal import Decimal
from pathlib import Path

import pytest

from contracts.config.feed_section import FeedSection
from contracts.config.source_mapping import Source, TableMapping
from contracts.config.workspace import RunSection, Workspace
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.config.loading import load_workspace
from flows.errors import ConfigurationError
from tests.support.workspaces import feed, read_files, rows, write_workspace

SHOP = Source(
    description="a shop",
    tables=(
        TableMapping(
            table="ad_stats",
            columns={"date_day": "Day", "campaign_id": "Campaign", "spend": "Cost"},
            constants={"platform": "google_ads"},
            values={"campaign_id": {"brand": "c1"}},
        ),
    ),
    thousands=",",
    symbols=("$",),
    total_rows=("Total",),
)


def configure(**settings: object) -> ConfiguredFeed:
    section = FeedSection.model_validate({"source": "shop.ads", "files": "raw/x", **settings})
    return configure_feeds(Workspace(feeds=(section,)), {"shop.ads": SHOP})[0]


@pytest.mark.parametrize(
    ("settings", "marks"),
    [
        ({}, (".", ",")),
        ({"decimal": ","}, (",", ".")),
        ({"decimal": "."}, (".", ",")),
        ({"decimal": ",", "thousands": " "}, (",", " ")),
        ({"thousands": "'"}, (".", "'")),
    ],
)
def test_a_decimal_comma_makes_the_point_the_mark_of_thousands(
    settings: dict[str, str], marks: tuple[str, str]
) -> None:
    """Also on a shipped source, whose own mark of thousands the comma is."""
    found = configure(**settings).mappings[0].marks
    assert (found.decimal, found.thousands) == marks


@pytest.mark.parametrize(
    ("shipped", "told", "is_read_by"),
    [
        ({"units": {"date_day": "excel_days"}}, {"formats": {"date_day": "%d.%m.%Y"}}, "formats"),
        ({"formats": {"date_day": "%d.%m.%Y"}}, {"units": {"date_day": "excel_days"}}, "units"),
    ],
)
def test_a_feed_s_format_or_unit_stands_in_place_of_its_source_s_other_one(
    shipped: dict[str, object], told: dict[str, object], is_read_by: str
) -> None:
    shop = SHOP.model_copy(update={"tables": (SHOP.tables[0].model_copy(update=shipped),)})
    section = FeedSection.model_validate({"source": "shop.ads", "files": "raw/x", **told})
    feeds = configure_feeds(Workspace(feeds=(section,)), {"shop.ads": shop})
    mapping = feeds[0].mappings[0].mapping
    assert {one for one in ("formats", "units") if getattr(mapping, one)} == {is_read_by}


def test_amounts_and_stamps_of_a_file_of_one_s_own_are_read_in_their_units(tmp_path: Path) -> None:
    """12,500,000 micros are 12.50; a stamp in milliseconds, one of either abbreviated zone."""
    toml = feed(
        "orders", "raw/a/*", units='{ revenue = "micros", ordered_at = "unix_milliseconds" }'
    )
    zones = '{ ordered_at = ["%m/%d/%Y %H:%M EST", "%m/%d/%Y %H:%M EDT"] }'
    toml += feed("orders", "raw/b/*", formats=zones, timezone='"America/New_York"')
    files = {
        "raw/a/1.csv": b"order_id,ordered_at,revenue\n1,1767225600500,12500000\n",
        "raw/b/1.csv": b"order_id,ordered_at,revenue\n"
        b"2,01/31/2026 10:00 EST,1\n3,07/31/2026 10:00 EDT,2\n",
    }
    read = read_files(tmp_path, toml, files)
    found = rows(read, "orders", "order_id", "ordered_at", "revenue")
    assert [(one, at.isoformat(), money) for one, at, money in sorted(found)] == [
        ("1", "2026-01-01T00:00:00.500000+00:00", Decimal("12.5")),
        ("2", "2026-01-31T15:00:00+00:00", Decimal(1)),
        ("3", "2026-07-31T14:00:00+00:00", Decimal(2)),
    ]


def test_a_decimal_comma_of_a_mapping_of_one_s_own_makes_the_point_that_mark_too() -> None:
    own = SHOP.model_copy(update={"decimal": ",", "thousands": None})
    section = FeedSection(source="shop.ads", files="raw/x")
    marks = configure_feeds(Workspace(feeds=(section,)), {"shop.ads": own})[0].mappings[0].marks
    assert (marks.decimal, marks.thousands) == (",", ".")


def test_what_a_feed_says_is_added_to_what_its_source_says() -> None:
    found = configure(
        symbols=["€"],
        total_rows=["Gesamt"],
        values={"campaign_id": {"marke": "c1"}},
        formats={"date_day": "%d.%m.%Y"},
    )
    mapping = found.mappings[0].mapping
    assert found.mappings[0].marks.symbols == ("$", "€")
    assert found.options.total_row_prefixes == ("Total", "Gesamt")
    assert mapping.values["campaign_id"] == {"brand": "c1", "marke": "c1"}
    assert mapping.formats["date_day"] == "%d.%m.%Y"


def test_limits_say_nothing_of_how_a_file_is_read() -> None:
    """A file that was read before is not read again because a limit changes."""
    section = FeedSection(source="shop.ads", files="raw/x")
    signatures = {
        configure_feeds(Workspace(feeds=(section,), run=run), {"shop.ads": SHOP})[0].signature
        for run in (RunSection(), RunSection(max_columns=1, max_expansion=7))
    }
    assert len(signatures) == 1
    assert configure(decimal=",").signature not in signatures


def test_the_words_numbers_and_total_rows_of_a_feed_of_one_s_own(tmp_path: Path) -> None:
    """`geöffnet` is email_opened, 1.234,50 € is 1234.50, and the sum at the end is no row."""
    toml = (
        feed("contacts", "raw/contacts.csv")
        + feed(
            "events",
            "raw/events.csv",
            values='{ event_type = { "Geöffnet" = "email_opened" } }',
            formats='{ occurred_at = "%d.%m.%Y %H:%M" }',
            timezone='"Europe/Berlin"',
        )
        + feed(
            "orders",
            "raw/orders.csv",
            decimal='","',
            symbols='["€"]',
            total_rows='["Gesamt"]',
            formats='{ ordered_at = "%d.%m.%Y" }',
        )
    )
    files = {
        "raw/contacts.csv": b"contact_id\n1\n",
        "raw/events.csv": "event_id,event_type,occurred_at,contact_id\n"
        "e1,geöffnet ,31.01.2026 09:00,1\n".encode(),
        "raw/orders.csv": "order_id;ordered_at;revenue\no1;31.01.2026;1.234,50 €\n"
        "Gesamt;;1.234,50 €\n".encode(),
    }
    found = read_files(tmp_path, toml, files)
    assert rows(found, "events", "event_type") == [("email_opened",)]
    assert rows(found, "orders", "order_id", "revenue") == [("o1", Decimal("1234.50"))]
    (moment,) = rows(found, "events", "occurred_at")[0]
    assert moment.isoformat() == "2026-01-31T08:00:00+00:00"


OWN = """description = "our shop's own export"
total_rows = ["Summe"]
[[tables]]
table = "ad_stats"
columns = { date_day = "Tag", campaign_id = "Kampagne", spend = "Kosten" }
constants = { platform = "google_ads" }
"""


def test_a_workspace_brings_source_mappings_of_its_own(tmp_path: Path) -> None:
    toml = '[[feeds]]\nsource = "shop.export"\nfiles = "raw/x.csv"\n'
    files = {
        "sources/shop.export.toml": OWN.encode(),
        "raw/x.csv": b"Tag,Kampagne,Kosten\n2026-01-31,c1,5\nSumme,,5\n",
    }
    found = read_files(tmp_path, toml, files)
    assert rows(found, "ad_stats", "campaign_id", "spend") == [("c1", Decimal(5))]
    before = load_workspace(tmp_path / "ws", environ={}).config_sha256
    (tmp_path / "ws/sources/shop.export.toml").write_text(OWN.replace("our shop", "a shop"))
    assert load_workspace(tmp_path / "ws", environ={}).config_sha256 != before


def test_a_mapping_of_one_s_own_stands_before_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    """The vendor renamed a column overnight: the copy with the new name reads it today."""
    toml = '[[feeds]]\nsource = "google_ads.report"\nfiles = "raw/x.csv"\n'
    files = {
        "sources/google_ads.report.toml": OWN.encode(),
        "raw/x.csv": b"Tag,Kampagne,Kosten\n2026-01-31,c1,5\n",
    }
    assert rows(read_files(tmp_path, toml, files), "ad_stats", "spend") == [(Decimal(5),)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            OWN.replace("total_rows", "total_row"),
            "total_row: unknown key 'total_row'; did you mean ",
        ),
        (OWN.replace("constants", "constant"), "tables[0].constant: unknown key 'constant'"),
        (
            OWN.replace("spend =", "spent ="),
            "unknown column of ad_stats 'spent'; did you mean 'spend'",
        ),
        (
            OWN.replace('"ad_stats"', '"ad_stat"'),
            "unknown table 'ad_stat'; did you mean 'ad_stats'",
        ),
        (
            OWN.replace('"Kosten"', "5"),
            "tables[0].columns.spend: must be a column's name or one of",
        ),
        (OWN + OWN[OWN.index("[[") :], "'ad_stats' is mapped twice: read both in one mapping"),
        (OWN.replace("description", "#"), "description: is missing"),
        ("description = ", "is no TOML"),
    ],
)
def test_a_mistake_in_a_mapping_of_one_s_own_is_told_with_its_key(
    tmp_path: Path, text: str, says: str
) -> None:
    toml = '[[feeds]]\nsource = "shop.export"\nfiles = "raw/x.csv"\n'
    root = write_workspace(tmp_path, toml, {"sources/shop.export.toml": text.encode()})
    with pytest.raises(ConfigurationError) as told:
        load_workspace(root, environ={})
    assert "sources/shop.export.toml" in str(told.value)
    assert says in str(told.value)
    assert "pydantic" not in str(told.value)
