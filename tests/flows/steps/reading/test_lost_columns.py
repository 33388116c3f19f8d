"""A column that a feed's only file loses when it is delivered anew: figures by hand."""

from pathlib import Path

import polars as pl
import pytest

from flows.storage.layout import Layout
from flows.storage.run_notes import are_columns_damaged
from tests.support.publishing import publish_tables
from tests.support.workspaces import feed, read_files, write_workspace

STATS = "raw/ad_stats.csv"
HEADER, ROW = "date_day,platform,campaign_id,clicks,impressions,spend\n", "2026-03-01,g,7,30,90,1\n"
RENAMED = HEADER.replace("clicks", "klicks")


def write(folder: Path) -> Path:
    """A workspace with one file."""
    files = {STATS: (HEADER + ROW).encode()}
    return write_workspace(folder / "ws", feed("ad_stats", STATS), files)


def run(root: Path, code: str = "column_gone") -> list[str]:
    """The messages of one run that bear a code."""
    return [one.message for one in publish_tables(root).warnings if one.code == code]


def test_a_column_that_a_new_delivery_lacks_is_told_until_it_is_settled(tmp_path: Path) -> None:
    """Of 30 clicks nothing is left, and every run says so; a new name or `without` ends it."""
    root = write_workspace(
        tmp_path / "ws", feed("ad_stats", STATS), {STATS: (HEADER + ROW).encode()}
    )
    assert run(root) == []
    (root / STATS).write_text(RENAMED + ROW)
    (told,) = run(root)
    assert "feed ad_stats: no file gives ad_stats.clicks any more" in told
    assert 'columns = { clicks = "…" }' in told
    clicks = pl.read_parquet(root / "reports/latest/ads/campaign_report.parquet")["clicks"]
    assert clicks.to_list() == [None]
    assert run(root) == [told]
    configuration = (root / "campaigns.toml").read_text()
    for settles in ('columns = { clicks = "klicks" }', 'without = ["clicks"]'):
        (root / "campaigns.toml").write_text(f"{configuration}{settles}\n")
        assert run(root) == []
    (root / "campaigns.toml").write_text(configuration)
    assert run(root) == []


ORDERS = "raw/orders.csv"


def write_orders(folder: Path, more: str) -> Path:
    """A workspace with one file of one order and some columns of its own."""
    text = f"order_id,ordered_at,revenue,{more}\n1,2026-03-01,9,{more.replace('_', ' ')}\n"
    return write_workspace(folder / "ws", feed("orders", ORDERS), {ORDERS: text.encode()})


def deliver(root: Path, *more: str) -> None:
    """Write the file anew, with other columns of its own."""
    header = ",".join(("order_id", "ordered_at", "revenue", *more))
    (root / ORDERS).write_text(f"{header}\n1,2026-03-01,9{',x' * len(more)}\n")


def test_a_column_that_no_mapping_reads_is_told_once_when_it_goes(tmp_path: Path) -> None:
    """The only file is written anew each night; a name in other case is the same name."""
    root = write_orders(tmp_path, "Tier,mood")
    assert run(root) == []
    deliver(root, "MOOD")
    (told,) = run(root)
    assert told.startswith(
        'feed orders: column "Tier" that files of the run before had is in no file now; '
    )
    assert run(root) == []
    deliver(root, "tier")
    (told,) = run(root)
    assert 'column "MOOD"' in told


def test_a_column_that_is_mapped_to_one_of_ours_has_not_gone(tmp_path: Path) -> None:
    root = write_orders(tmp_path, "Kunde")
    assert run(root) == []
    with (root / "campaigns.toml").open("a") as configuration:
        configuration.write('columns = { contact_id = "Kunde" }\n')
    assert run(root) == []


def test_what_may_be_a_row_of_people_is_not_remembered(tmp_path: Path) -> None:
    """A header with a person in the place of a name: no note and no message names them."""
    root = write_orders(tmp_path, "ada@example.test")
    run(root)
    assert b"ada@" not in Layout(root).columns.read_bytes()
    deliver(root, "mood")
    assert run(root) == []


def test_that_it_is_forgotten_what_a_feed_gave_is_told_and_no_failure(tmp_path: Path) -> None:
    root = write_workspace(
        tmp_path / "ws", feed("ad_stats", STATS), {STATS: (HEADER + ROW).encode()}
    )
    run(root)
    columns = Layout(root).columns
    columns.write_bytes(columns.read_bytes().replace(b"clicks", b"klicks"))
    assert are_columns_damaged(root)
    (root / STATS).write_text(RENAMED + ROW)
    (told,) = run(root, "kept_damaged")
    assert "state/columns.json is not what a run wrote" in told
    assert not are_columns_damaged(root)


@pytest.mark.parametrize(("header", "told"), [("Amount spent (EUR)", 0), ("Spend", 1)])
def test_an_amount_spent_in_another_currency_is_not_gone(
    tmp_path: Path, header: str, told: int
) -> None:
    """Its name says its currency: a name in `columns` would refuse the other files."""
    text = "Day,Campaign name,Impressions,Link clicks,{}\n2026-03-0{},Spring,100,3,5\n"
    files = {
        f"raw/meta/{day}.csv": text.format(name, day).encode()
        for day, name in ((1, "Amount spent (USD)"), (2, header))
    }
    toml = '[[feeds]]\nsource = "facebook_ads.ads_manager"\nfiles = "raw/meta/*"\n'
    found = read_files(tmp_path, toml + 'without = ["spend"]\n', files).warnings
    gone = [one for one in found if one.code == "column_gone" and "spent" in one.message]
    assert len(gone) == told
