"""Lines over days as points of an SVG."""

from datetime import date, timedelta

import polars as pl

from flows.page.figures import kind_of, write_value
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY, SnapshotTables
from flows.page.views import ChartView, Line

WIDTH, HEIGHT, MARGIN = 720, 180, 4
MOST_DAYS = 180
"""How many days a chart shows at most, the last ones."""


def draw_chart(
    published: SnapshotTables, title: str, table: str, columns: dict[str, str], period: ReportPeriod
) -> ChartView | None:
    """Draw sums by the day as lines; None where no day has one.

    Args:
        published: The snapshot.
        title: What the chart shows.
        table: `group/table`, with a day in every row.
        columns: Column -> what its line is called.
        period: The days.
    """
    known = [
        name
        for name in columns
        if name in published.columns(table) and published.count(table, pl.col(name) != 0)
    ]
    if not known:
        return None
    sums = (
        published.scan(table)
        .filter(pl.col(DAY).is_not_null(), period.condition())
        .group_by(DAY)
        .agg(pl.col(known).sum())
        .sort(DAY)
        .collect()
    )
    if sums.height < 2:  # noqa: PLR2004 - one day is no line
        return None
    last = sums[DAY][-1]
    first = max(sums[DAY][0], last - timedelta(days=MOST_DAYS - 1))
    values = {day: rest for day, *rest in sums.iter_rows()}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    series = {
        name: [float(values.get(day, [0] * len(known))[place] or 0) for day in days]
        for place, name in enumerate(known)
    }
    top = max(max(points) for points in series.values())
    if top <= 0:
        return None
    kind = kind_of(known[0], sums[known[0]][0])
    lines = tuple(_line(columns[name], points, top, days, kind) for name, points in series.items())
    return ChartView(
        title,
        lines,
        str(first),
        str(last),
        write_value(round(top) if kind == "count" else top, kind),
        "; ".join(f"{line.name}: {line.highest}" for line in lines),
    )


def _line(name: str, values: list[float], top: float, days: list[date], kind: str) -> Line:
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    height = HEIGHT - 2 * MARGIN
    points = " ".join(
        f"{MARGIN + place * step:.1f},{MARGIN + height * (1 - value / top):.1f}"
        for place, value in enumerate(values)
    )
    highest = max(range(len(values)), key=values.__getitem__)
    value = round(values[highest]) if kind == "count" else values[highest]
    return Line(name, points, f"highest {write_value(value, kind)} on {days[highest]}")
