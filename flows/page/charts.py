"""Lines over days as paths of an SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from flows.page.day_sums import DaySums
from flows.page.figures import COUNT, NUMBER, Cell, kind_of, plain
from flows.page.report_periods import ReportPeriod, days_before
from flows.page.snapshot_tables import DAY
from flows.page.views import ChartView, Line
from transforms.common.rates import sum_known

WIDTH, HEIGHT, MARGIN = 720, 150, 5
MOST_DAYS = 180
"""How many days a chart shows at most, the last ones."""
MOST_LINES = 4
Series = Mapping[str, Sequence[float | None]]
"""What a line is called -> its value of each day; None for a gap."""


def draw_chart(
    days: DaySums, title: str, columns: Mapping[str, str], period: ReportPeriod
) -> ChartView | None:
    """Draw sums by the day as lines; None where no day has one.

    Args:
        columns: Column -> what its line is called.
    """
    known = _known(days, columns, period)
    sums = _sum_days(days, known, period)
    shown = _list_days(sums, period)
    series = {columns[name]: _spread(sums, name, shown, empty=0.0) for name in known}
    return _draw(title, shown, series, _kind(sums, known))


def draw_ratio(
    days: DaySums, title: str, parts: tuple[str, str], period: ReportPeriod
) -> ChartView | None:
    """Draw the ratio of two sums by the day, of rows that have both; days without are gaps.

    Args:
        title: What the chart shows, and its line.
    """
    known = days.knowing(*parts)
    if len(_known(known, parts, period)) < len(parts):
        return None
    sums = _sum_days(known, parts, period)
    shown = _list_days(sums, period)
    above, below = (_spread(sums, name, shown, empty=0.0) for name in parts)
    ratios = [a / b if a is not None and b else None for a, b in zip(above, below, strict=True)]
    return _draw(title, shown, {title: ratios}, NUMBER)


def draw_groups(
    days: DaySums, title: str, column: tuple[str, str], period: ReportPeriod
) -> ChartView | None:
    """Draw the sums of a column by the day, a line for each of the greatest groups.

    Args:
        column: The column that is summed, and the one that tells groups apart.
    """
    summed, group = column
    if not _known(days, [summed], period):
        return None
    sums = days.of(period).filter(pl.col(DAY).is_not_null(), pl.col(group).is_not_null())
    greatest = (
        sums.group_by(group)
        .agg(sum_known([summed]))
        .drop_nulls(summed)
        .sort(summed, group, descending=[True, False])
        .head(MOST_LINES)[group]
    )
    if greatest.len() < 2:  # noqa: PLR2004 - one group is the sum
        return None
    shown = _list_days(sums, period)
    series = {
        name: _spread(sums.filter(pl.col(group) == name), summed, shown, empty=0.0)
        for name in greatest
    }
    return _draw(title, shown, series, _kind(sums, [summed]))


def draw_level(
    days: DaySums, title: str, column: tuple[str, str], period: ReportPeriod
) -> ChartView | None:
    """Draw what stands at the end of each day: a value holds until the next one.

    Args:
        days: What stands on each day, by the column of whose values each has its own.
        column: The column that stands, and the one of whose values each has its own.
    """
    standing, each = column
    rows = days.of(replace(period, first=None, last=None))
    shown = _list_days(rows, period)
    parts = []
    for name in rows[each].unique().sort():
        one = rows.filter(pl.col(each) == name).sort(DAY)
        earlier = one.filter(pl.col(DAY) < shown[0])[standing] if shown else one[standing].head(0)
        held = float(earlier[-1]) if earlier.len() else 0.0
        values = _spread(one, standing, shown, empty=None)
        parts.append([held := value if value is not None else held for value in values])
    return _draw(title, shown, {title: [sum(day) for day in zip(*parts, strict=True)]}, COUNT)


def _known(
    days: DaySums, columns: Mapping[str, str] | Sequence[str], period: ReportPeriod
) -> list[str]:
    """The columns of a table that have a value other than 0 on a day of a period."""
    given = [name for name in columns if days.has(name)]
    found = days.of(period).select((pl.col(name) != 0).any() for name in given)
    return [name for name in given if found[name][0]]


def _sum_days(days: DaySums, columns: Sequence[str], period: ReportPeriod) -> pl.DataFrame:
    if not columns:
        return pl.DataFrame(schema={DAY: pl.Date})
    known = days.of(period).filter(pl.col(DAY).is_not_null())
    return known.group_by(DAY).agg(sum_known(columns))


def _kind(sums: pl.DataFrame, columns: Sequence[str]) -> str:
    values = sums[columns[0]].drop_nulls() if columns else ()
    return kind_of(columns[0], values[0]) if len(values) else NUMBER


def _list_days(rows: pl.DataFrame, period: ReportPeriod) -> list[date]:
    """The days of a chart: those of the period since the first that has a row."""
    known = rows[DAY].drop_nulls()
    if not known.len():
        return []
    days = sorted(known.unique())
    last = period.last or days[-1]
    first = max(days[0], period.first or days[0], days_before(last, MOST_DAYS - 1))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _spread(
    rows: pl.DataFrame, column: str, days: Sequence[date], *, empty: float | None
) -> list[float | None]:
    """The values of a column on each of the days; those of which nothing is known are gaps."""
    values = dict(rows.select(DAY, column).iter_rows())
    found = (values.get(day, empty) for day in days)
    return [None if value is None else float(value) for value in found]


def _draw(title: str, days: Sequence[date], series: Series, kind: str) -> ChartView | None:
    known = [value for values in series.values() for value in values if value is not None]
    top = max(known, default=0.0)
    if len(days) < 2 or top <= 0:  # noqa: PLR2004 - one day is not a line
        return None
    lines = tuple(_line(name, values, top, days, kind) for name, values in series.items())
    said = "; ".join(f"{one.name}: highest {one.highest.text} on {one.day}" for one in lines)
    return ChartView(title, lines, str(days[0]), str(days[-1]), _write(top, kind), said)


def _line(
    name: str, values: Sequence[float | None], top: float, days: Sequence[date], kind: str
) -> Line:
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    height = HEIGHT - 2 * MARGIN
    path, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        across, down = MARGIN + place * step, MARGIN + height * (1 - max(value, 0.0) / top)
        is_alone = pen == "M" and (place + 1 == len(values) or values[place + 1] is None)
        dot = "h0" if is_alone else ""
        path.append(f"{pen}{across:.1f},{down:.1f}{dot}")
        pen = "L"
    highest = max(range(len(values)), key=lambda place: values[place] or 0.0)
    top_of_line = _write(values[highest] or 0.0, kind)
    return Line(name, "".join(path), top_of_line, str(days[highest]))


def _write(value: float, kind: str) -> Cell:
    return plain(round(value) if kind == COUNT else value, kind)
