"""Figures that two overlapping exports give under two names: both count, and that is told."""

from datetime import date
from decimal import Decimal

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import AdStats
from transforms.ingest.deduplication import FILE
from transforms.ingest.renamed_figures import MOST_ALIKE, find_renamed, is_told_otherwise


def found(*rows: tuple[int, int, str, int], **same: object) -> list[tuple[int, int, str]]:
    """Of rows `(file, day, campaign, clicks)`: file, day and name of what counts twice."""
    entity = {"org_id": "o", "platform": "x", "level": "campaign", "currency": "USD", **same}
    stats = [
        {
            "campaign_id": name,
            "impressions": 9,
            "clicks": clicks,
            **entity,
            FILE: file,
            "date_day": date(2026, 6, day),
            "campaign_name": name,
            "spend": Decimal(clicks) / 2,
        }
        for file, day, name, clicks in rows
    ]
    return list_renamed(stats)


def list_renamed(stats: list[dict[str, object]]) -> list[tuple[int, int, str]]:
    rows = pl.LazyFrame(stats, schema={**polars_schema(AdStats), FILE: pl.UInt32})
    with_ids = is_told_otherwise(rows).collect().item()
    renamed = find_renamed(rows, with_ids=with_ids).collect()
    return [
        (row[FILE], row["date_day"].day, row["entity_id"]) for row in renamed.iter_rows(named=True)
    ]


def test_a_campaign_renamed_between_two_exports_counts_twice() -> None:
    rows = [(0, 1, "Brand", 5), (0, 2, "Brand", 7), (0, 2, "Other", 3)]
    rows += [
        (1, 1, "Brand 26", 5),
        (1, 2, "Brand 26", 7),
        (1, 2, "Other", 3),
        (1, 3, "Brand 26", 1),
    ]
    assert found(*rows) == [(0, 1, "Brand"), (0, 2, "Brand")]


def test_what_both_files_know_is_replaced_and_no_second_name() -> None:
    assert found((0, 1, "A", 5), (0, 1, "B", 5), (1, 1, "B", 5)) == []
    assert found((0, 1, "A", 5), (1, 1, "B", 5), (1, 1, "A", 6)) == []


def test_equal_figures_by_chance_are_no_rename() -> None:
    """A file per campaign: on one of three days two campaigns have the same figures."""
    rows = [(0, 1, "A", 5), (0, 2, "A", 6), (0, 3, "A", 7)]
    assert found(*rows, (1, 1, "B", 5), (1, 2, "B", 1), (1, 3, "B", 2)) == []
    assert found((0, 1, "A", 0), (1, 1, "B", 0)) == []


def test_figures_of_many_campaigns_of_a_file_tell_none_of_them() -> None:
    """Each would meet each of the other file: of 100,000 ads with one impression, 10 billion."""

    def rows(campaigns: int) -> list[tuple[int, int, str, int]]:
        return [(file, 1, f"{one} of {file}", 5) for file in (0, 1) for one in range(campaigns)]

    assert len(found(*rows(MOST_ALIKE))) == MOST_ALIKE
    assert found(*rows(MOST_ALIKE + 1)) == []


def test_ids_and_other_accounts_are_left_alone() -> None:
    rows = [(0, 1, "A", 5), (1, 1, "B", 5)]
    assert found(*rows) == [(0, 1, "A")]
    assert found(*rows, account_id="1") == [(0, 1, "A")]
    assert found(*rows, campaign_id="77") == []


def row(file: int, campaign: str, clicks: int = 5, **more: object) -> dict[str, object]:
    """A campaign's only day in a file, called Brand."""
    return {
        "org_id": "o",
        "platform": "x",
        "level": "campaign",
        "currency": "USD",
        "campaign_id": campaign,
        "campaign_name": "Brand",
        FILE: file,
        "impressions": 9,
        "date_day": date(2026, 6, 1),
        "clicks": clicks,
        "spend": Decimal(clicks) / 2,
        **more,
    }


def test_a_campaign_by_its_name_and_by_its_id_counts_twice() -> None:
    """As where somebody adds the column of ids, which the first run asked for."""
    assert list_renamed([row(0, "Brand"), row(1, "123")]) == [(0, 1, "Brand")]
    assert list_renamed([row(0, "123"), row(1, "Brand")]) == [(0, 1, "123")]
    assert list_renamed([row(0, "Brand"), row(1, "123", 6)]) == []
    other = row(1, "123", campaign_name="Other")
    assert list_renamed([row(0, "Brand"), other]) == []
    assert list_renamed([row(0, "7"), row(1, "123"), row(1, "Brand", 8)]) == []


def test_a_campaign_with_its_account_and_without_counts_twice() -> None:
    placed = row(1, "123", account_id="55")
    assert list_renamed([row(0, "123"), placed]) == [(0, 1, "123")]
    assert list_renamed([row(0, "Brand"), placed]) == [(0, 1, "Brand")]
    assert list_renamed([row(0, "123", account_id="44"), placed, row(2, "9", 1)]) == []
