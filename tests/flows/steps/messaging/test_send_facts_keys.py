"""Sends that share a key stop the run."""

import polars as pl
import pytest

from flows.errors import CampaignReportsError
from flows.steps.messaging.send_facts import require_distinct


def test_two_sends_with_one_key_stop_the_run() -> None:
    require_distinct(pl.Series([2**64 - 1, 0, 7], dtype=pl.UInt64))
    require_distinct(pl.Series([], dtype=pl.UInt64))
    with pytest.raises(CampaignReportsError, match="one hash"):
        require_distinct(pl.Series([7, 0, 7], dtype=pl.UInt64))
