"""From which canonical tables the groups of reports come."""

from contracts.feeds import FEEDS
from flows.announcements.asset_lineage import READ_BY, READ_BY_CHANNELS
from flows.report_tables import EVERY_CHANNEL, REPORT_TABLES


def test_every_feed_decides_a_report_that_is_not_the_run_s_own() -> None:
    reports = [read for group, read in READ_BY.items() if group != "run"]
    assert READ_BY_CHANNELS.union(*reports) == set(FEEDS)


def test_a_group_names_at_least_the_feeds_that_make_its_tables_exist() -> None:
    for table in REPORT_TABLES:
        of_channels = table.group == EVERY_CHANNEL or table.group not in READ_BY
        read = READ_BY_CHANNELS if of_channels else READ_BY[table.group]
        for group in table.feeds:
            assert read & set(group), table.label
