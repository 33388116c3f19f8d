"""A run's summary in lines."""

from datetime import date

import polars as pl

from flows.announcements.summary_lines import sum_changes


def test_an_order_is_one_change_and_not_one_of_each_model() -> None:
    """7.50 under both models of the 3rd; on the 4th linear moved 1 of what last touch moved 2."""
    day = date(2026, 7, 3)
    models = [("last_touch", day, 7.5), ("linear", day, 7.5)]
    models += [("last_touch", date(2026, 7, 4), -2), ("linear", date(2026, 7, 4), -1)]
    changes = pl.LazyFrame(
        [
            {
                "report": "attribution/campaign_attribution",
                "key": f'{{"channel":"email","model":"{model}"}}',
                "date_day": at,
                "column": "revenue",
                "difference": difference,
                "reason": "late_rows",
                "files": "raw/o/b.csv",
            }
            for model, at, difference in models
        ]
    )
    summed = sum_changes(changes).select("date_day", "difference").collect()
    assert summed.rows() == [(day, 7.5), (date(2026, 7, 4), -2)]
