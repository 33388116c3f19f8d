"""The periods that a reader chooses from, counted back from the last day that the data has."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from flows.page.snapshot_tables import DAY


@dataclass(frozen=True)
class ReportPeriod:
    """Some days up to the last that the data has; all days where `first` is None.

    Attributes:
        name: What the page's parts of it bear.
        within: Columns and the values that rows must have to be in it.
    """

    name: str
    title: str
    first: date | None = None
    last: date | None = None
    within: tuple[tuple[str, str], ...] = ()

    def condition(self) -> pl.Expr:
        """Whether a row's day is in the period."""
        days = pl.lit(value=True)
        if self.first is not None:
            days = pl.col(DAY).is_between(self.first, self.last)
        return pl.all_horizontal(days, *(pl.col(name) == value for name, value in self.within))

    def key(self) -> dict[str, object]:
        """The period as part of a figure's key."""
        key: dict[str, object] = dict(self.within)
        if self.first is not None:
            key[DAY] = {"from": str(self.first), "to": str(self.last)}
        return key

    def of(self, **values: str) -> "ReportPeriod":
        """The rows of the period that have some values."""
        return replace(self, within=tuple(values.items()))

    def before(self) -> "ReportPeriod | None":
        """As many days right before it; None for all days."""
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first + timedelta(days=1)
        first, last = days_before(self.first, length.days), days_before(self.first, 1)
        return replace(self, title="before", first=first, last=last)


ALL_DAYS = ReportPeriod("all", "All days")
LENGTHS = {"d7": 7, "d28": 28}
DEFAULT_PERIOD = "d28"


def days_before(day: date, count: int) -> date:
    """The day so many days before; the calendar's first where it has none so early.

    Some systems write its first and last days where they know none.
    """
    return date.fromordinal(max(day.toordinal() - count, date.min.toordinal()))


def list_periods(last: date | None) -> list[ReportPeriod]:
    """The last 7 and 28 days and all days, up to the last day that the data has."""
    periods = [
        ReportPeriod(name, f"Last {days} days", days_before(last, days - 1), last)
        for name, days in LENGTHS.items()
        if last is not None
    ]
    return [*periods, ALL_DAYS]
