"""The periods that a reader chooses from, counted back from the last day that the data has."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from flows.page.snapshot_tables import DAY


@dataclass(frozen=True)
class ReportPeriod:
    """Some days up to the last that the data has; all days where `first` is None."""

    name: str
    title: str
    first: date | None
    last: date | None

    def condition(self) -> pl.Expr:
        """Whether a row's day is in the period."""
        if self.first is None:
            return pl.lit(value=True)
        return pl.col(DAY).is_between(self.first, self.last)

    def key(self) -> dict[str, object]:
        """The period as part of a figure's key."""
        if self.first is None:
            return {}
        return {DAY: {"from": str(self.first), "to": str(self.last)}}

    def before(self) -> "ReportPeriod | None":
        """As many days right before it; None for all days."""
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first + timedelta(days=1)
        return ReportPeriod(
            self.name, "before", self.first - length, self.first - timedelta(days=1)
        )


LENGTHS = {"d7": 7, "d28": 28}
DEFAULT_PERIOD = "d28"


def list_periods(last: date | None) -> list[ReportPeriod]:
    """The last 7 and 28 days and all days, up to the last day that the data has."""
    periods = [
        ReportPeriod(name, f"Last {days} days", last - timedelta(days=days - 1), last)
        for name, days in LENGTHS.items()
        if last is not None
    ]
    return [*periods, ReportPeriod("all", "All days", None, None)]
