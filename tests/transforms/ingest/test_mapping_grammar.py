"""What a source mapping can say of a column, shown on rows whose values tell whence they came."""

from datetime import date

import polars as pl
import pytest
from pydantic import ValidationError

from contracts.config.source_mapping import Joined, TableMapping
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_parsing import parse_rows


def read(mapping: TableMapping, rows: pl.DataFrame, **settings: object) -> pl.DataFrame:
    """The rows as the mapping's table has them."""
    resolved = ResolvedMapping(mapping, **settings)  # ty: ignore[invalid-argument-type]
    numbered = rows.with_row_index("row_number", offset=1)
    return parse_rows(numbered.lazy(), resolved, rows.columns).collect()


STATS = TableMapping(
    table="ad_stats",
    columns={"date_day": "Day", "campaign_id": "Campaign", "spend": "Cost"},
    constants={"platform": "google_ads"},
)


def test_a_header_in_another_language_is_that_of_the_mapping() -> None:
    """`Kosten` is `Cost`: spend, and no custom column; a header that nobody knows is one."""
    rows = pl.DataFrame({"Tag": ["2026-01-31"], "Kampagne": ["c1"], "Kosten": ["1.5"], "Typ": "x"})
    found = read(
        STATS, rows, synonyms={"Day": ("Tag",), "Campaign": ("Kampagne",), "Cost": ("Kosten",)}
    )
    assert found.select("date_day", "campaign_id", pl.col("spend").cast(pl.Float64)).rows() == [
        (date(2026, 1, 31), "c1", 1.5)
    ]
    assert found["attributes"].to_list() == ['{"Typ":"x"}']


def test_the_mapping_s_own_header_comes_before_its_synonyms() -> None:
    rows = pl.DataFrame({"Day": ["2026-01-31"], "Campaign": ["c1"], "Cost": ["1"], "Kosten": ["2"]})
    found = read(STATS, rows, synonyms={"Cost": ("Kosten",)})
    assert found["spend"].cast(pl.Int64).to_list() == [1]


def test_a_day_is_read_in_the_format_that_fits() -> None:
    """A month/day with slashes and a day.month with dots cannot be taken for one another."""
    mapping = STATS.model_copy(update={"formats": {"date_day": ("%m/%d/%Y", "%d.%m.%Y")}})
    days = ["1/31/2026", "31.1.2026", "2026-01-31", "31/1/2026"]
    rows = pl.DataFrame({"Day": days, "Campaign": "c1", "Cost": "1"})
    found = read(mapping, rows)
    assert found["date_day"].to_list() == [date(2026, 1, 31)] * 3 + [None]


def test_a_default_is_for_files_that_lack_the_column() -> None:
    """Where the column is there, an empty cell stays empty."""
    mapping = TableMapping(
        table="campaigns",
        columns={"campaign_id": "id", "name": "name", "status": "status", "channel": "channel"},
        defaults={"status": "draft", "channel": "email"},
    )
    rows = pl.DataFrame({"id": ["1", "2"], "name": ["a", "b"], "channel": [None, "sms"]})
    found = read(mapping, rows)
    assert found.select("status", "channel").rows() == [("draft", None), ("draft", "sms")]


def test_members_of_attributes_come_from_expressions() -> None:
    """The lines of a note become members; the column that holds them is no custom column."""
    mapping = TableMapping.model_validate(
        {
            "table": "orders",
            "columns": {"order_id": "Name", "ordered_at": "At", "revenue": "Total"},
            "members": {
                "utm_source": {"column": "Notes", "extract": r"(?m)^UTM source: (.+)$"},
                "utm_medium": {"column": "Notes", "extract": r"(?m)^UTM medium: (.+)$"},
            },
        }
    )
    rows = pl.DataFrame(
        {
            "Name": ["1", "2"],
            "At": "2026-01-31",
            "Total": "5",
            "Notes": ["gift\nUTM source: mail\nUTM medium: email", "gift"],
        }
    )
    assert read(mapping, rows)["attributes"].to_list() == [
        '{"utm_source":"mail","utm_medium":"email"}',
        None,
    ]


BREAKDOWN = {
    "event_type": {"labels": {"Age": "age", "Gender": "gender"}},
    "subtype": {"optional": ["Age", "Gender"], "separator": " / "},
    "occurred_at": "At",
}


def test_labels_name_the_filled_columns_and_a_join_may_be_of_optional_ones() -> None:
    mapping = TableMapping.model_validate({"table": "events", "columns": BREAKDOWN})
    rows = pl.DataFrame(
        {"At": "2026-01-31", "Age": ["18-24", None, None], "Gender": ["female", "male", None]}
    )
    assert read(mapping, rows).select("event_type", "subtype").rows() == [
        ("age_gender", "18-24 / female"),
        ("gender", "male"),
        (None, None),
    ]
    with pytest.raises(ValidationError, match="at least one column"):
        Joined()


@pytest.mark.parametrize(
    ("url", "source", "expected"),
    [
        ("https://x.example/p", "mail", "https://x.example/p?utm_source=mail&utm_campaign=a%26b"),
        (
            "https://x.example/p?q=1#top",
            "a b",
            "https://x.example/p?q=1&utm_source=a%20b&utm_campaign=a%26b#top",
        ),
        (
            "https://x.example/p?UTM_Source=own",
            "mail",
            "https://x.example/p?UTM_Source=own&utm_campaign=a%26b",
        ),
        ("https://x.example/p", None, "https://x.example/p?utm_campaign=a%26b"),
    ],
)
def test_a_tracker_s_campaign_columns_join_the_page_s_url(
    url: str, source: str | None, expected: str
) -> None:
    """What the URL names itself stays as it is there."""
    mapping = TableMapping.model_validate(
        {
            "table": "page_views",
            "columns": {
                "viewed_at": "at",
                "url": {
                    "url": "page_url",
                    "parameters": {"utm_source": "mkt_source", "utm_campaign": "mkt_campaign"},
                },
            },
        }
    )
    rows = pl.DataFrame(
        {"at": ["2026-01-31"], "page_url": [url], "mkt_source": [source], "mkt_campaign": ["a&b"]},
        schema_overrides={"mkt_source": pl.String},
    )
    found = read(mapping, rows)
    assert found.select("url", "attributes").rows() == [(expected, None)]
    assert read(mapping, rows.select("at", "page_url"))["url"].to_list() == [url]
