"""Files whose header lacks what they must have: refused, with what would mend each (SPEC §3)."""

import re

from contracts.columns import required
from contracts.config.cell_forms import Unit, find_unit
from contracts.config.nearest_names import nearest_names
from contracts.config.toml_values import write_toml
from contracts.feeds import (
    FEEDS,
    AdBreakdowns,
    AdStats,
    Events,
    MessageStats,
    Orders,
    Sends,
    Sessions,
)
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.required_columns import (
    MissingColumn,
    find_missing,
    find_row_maker,
    list_given,
    list_unread,
)
from flows.readers import RefusedFile
from transforms.ingest.column_mapping import ResolvedMapping, index_header, is_in_file
from transforms.ingest.expressions import file_columns, fold

PERIOD = re.compile(r"\d{4}.*[-\u2013\u2014].*\d{4}|all time|gesamter zeitraum", re.IGNORECASE)
"""How the line of a preamble looks that tells the days which the file covers."""
ONE_FOR_ALL = {
    AdStats.platform: "google_ads",
    Events.event_type: "email_opened",
    MessageStats.channel: "email",
    AdBreakdowns.kind: "keyword",
}
"""Words that a whole file may have in common, and so need not say; and an example."""
MADE_IDS = frozenset({Sends.send_id, Sessions.session_id, Orders.order_id})
"""Ids of rows that other columns may tell apart, such as whose and when."""
MOST_NAMES = 12
NOTHING_KNOWN = (
    "no column of the feed is in it, so that it may be another file, have no header line, or cells "
    'that something else stands between (delimiter = "…")'
)


def require_columns(
    feed: ConfiguredFeed, header: tuple[str, ...], preamble: tuple[str, ...] = ()
) -> None:
    """Refuse a file that lacks a column which is mapped and not optional.

    Args:
        preamble: The lines above its header.

    Raises:
        RefusedFile: The columns, the file's own headers nearest to them, and the key that maps; or
            that it is another report, or one of weeks, months or periods without an end.
    """
    _refuse_other_report(feed, header)
    _refuse_longer_periods(feed, preamble)
    _refuse_open_periods(feed, header)
    needed = [one for one in find_missing(feed, header) if one.is_needed]
    if not needed:
        _refuse_undecided(feed, header)
        return
    undated = [one for one in needed if one.column == AdStats.date_day]
    if undated:
        said = next((line for line in preamble if PERIOD.search(line)), None)
        covers = f', and its preamble says "{said}": each row covers all of that' if said else ""
        msg = f"no column {_quote(undated[0].wanted)} for {undated[0].table}.date_day{covers}"
        hint = (
            "export it again by day (segmented or broken down by Day), or, if it covers one day "
            'alone, name that day in the feed: constants = { date_day = "2026-01-31" }'
        )
        others = [one for one in needed if one not in undated]
        raise RefusedFile(msg, f"{hint}; {_hint(feed, others, header)}" if others else hint)
    msg = "no column " + ", none ".join(
        f"{_quote(one.wanted)} for {one.table}.{one.column}{_key_of(feed, one)}" for one in needed
    )
    raise RefusedFile(msg, _hint(feed, needed, header))


def _refuse_other_report(feed: ConfiguredFeed, header: tuple[str, ...]) -> None:
    named = index_header(header, feed.mappings[0])
    for column, source in feed.source.other_reports.items():
        if fold(column) in named:
            msg = f"its column {named[fold(column)]!r} tells that it is another report"
            raise RefusedFile(msg, f'read it with source = "{source}"')


def _refuse_longer_periods(feed: ConfiguredFeed, preamble: tuple[str, ...]) -> None:
    longer = {fold(line) for line in feed.source.longer_periods}
    said = next((line for line in preamble if fold(line) in longer), None)
    if said is not None:
        msg = f'its preamble says "{said}": each row covers more than a day'
        raise RefusedFile(msg, "export it again by day")


def _refuse_open_periods(feed: ConfiguredFeed, header: tuple[str, ...]) -> None:
    """Refuse a file whose rows' last day stands under a name that is not known."""
    for resolved in feed.mappings:
        period, named = resolved.mapping.period, index_header(header, resolved)
        if period is None or not period.is_whole or is_in_file(period.end, named):
            continue
        read = [named[fold(one)] for one in file_columns(period.start) if fold(one) in named]
        if read:
            wanted = file_columns(period.end)[-1]
            msg = f'column "{read[0]}" is the first day that a row covers, and none the last'
            hint = f'export it again by day (broken down by Day), or call the last day "{wanted}"'
            raise RefusedFile(msg, hint)


def _refuse_undecided(feed: ConfiguredFeed, header: tuple[str, ...]) -> None:
    """Refuse a file of which no row can be one of any table: what tells them is not there."""
    lacking = [
        (one.mapping.table, name)
        for one in feed.mappings
        if (name := _find_lacking(one, header)) is not None
    ]
    if len(lacking) == len(feed.mappings):
        table, name = lacking[0]
        free = list_unread(feed, header)
        near = nearest_names((name,), free)
        hint = f"nearest is {near[0]!r}; " if near else ""
        msg = f'no column "{name}", which tells the rows of {table} from others'
        raise RefusedFile(msg, f"{hint}deliver it, or read the file by a mapping in sources/")


def _find_lacking(resolved: ResolvedMapping, header: tuple[str, ...]) -> str | None:
    """The first column of those that tell a table's rows which is not in the file."""
    named = index_header(header, resolved)
    telling = (*resolved.mapping.when, *resolved.mapping.unless_empty)
    lacking = next((name for name in telling if fold(name) not in named), None)
    return lacking or find_row_maker(resolved, named)


def _quote(names: tuple[str, ...]) -> str:
    return " or ".join(f'"{name}"' for name in dict.fromkeys(names))


def _key_of(feed: ConfiguredFeed, missing: MissingColumn) -> str:
    if missing.column in feed.section.columns:
        return f" (feeds[{feed.place}].columns.{missing.column})"
    is_chosen = feed.section.conversions and missing.column == AdStats.conversions
    return f" (feeds[{feed.place}].conversions)" if is_chosen else ""


def _hint(feed: ConfiguredFeed, missing: list[MissingColumn], header: tuple[str, ...]) -> str:
    """What would map the columns: the file's own headers nearest to each, and the key."""
    free = list_unread(feed, header)
    near = {
        one.column: nearest_names((*one.wanted, one.column), free)
        for one in missing
        if one.column in FEEDS[one.table].to_schema().columns
    }
    first = missing[0].column.split(" or ")[0]
    guess = (near.get(first) or ["…"])[0]
    unit = find_unit(guess)
    units = f" and units = {{ {first} = {write_toml(unit)} }}" if unit in set(Unit) else ""
    common = [one.column for one in missing if one.column in ONE_FOR_ALL]
    is_known = any(list_given(feed, header))
    parts = [
        "" if is_known else NOTHING_KNOWN,
        *_say_near(near, free),
        f"name the file's column in the feed: columns = {{ {first} = {write_toml(guess)} }}{units}",
        *(
            "or, if all rows have the same, give it: "
            f"constants = {{ {name} = {write_toml(ONE_FOR_ALL[name])} }}"
            for name in common
        ),
        *(
            "or, if no column tells its rows apart, make an id of several: "
            f'columns = {{ {one.column} = {{ join = ["…", "…"] }} }}'
            for one in missing
            if is_known and one.column in MADE_IDS and one.column not in feed.section.columns
        ),
        _offer_without(feed, missing),
    ]
    return "; ".join(filter(None, parts))


def _say_near(near: dict[str, list[str]], free: list[str]) -> list[str]:
    """Which of a file's headers are nearest to columns; where none is near, which there are."""
    said = [
        f"nearest to {column} {'is' if len(names) == 1 else 'are'} {', '.join(map(repr, names))}"
        for column, names in near.items()
        if names
    ]
    if said or not free:
        return said
    more = ", …" if len(free) > MOST_NAMES else ""
    return [f"its other columns are {', '.join(map(repr, free[:MOST_NAMES]))}{more}"]


def _offer_without(feed: ConfiguredFeed, missing: list[MissingColumn]) -> str:
    """The setting that says that files lack columns; empty where one of them must be there."""
    may_lack = [one for one in missing if one.column not in required(FEEDS[one.table])]
    silenced = [one.column for one in may_lack if not _key_of(feed, one)]
    if len(may_lack) < len(missing) or not silenced or " or " in silenced[0]:
        return ""
    listed = ", ".join(f'"{name}"' for name in silenced)
    return f"or say that these files never have it: without = [{listed}]"
