"""Which figures a channel can have: nobody opens a text message, and a letter is not clicked."""

import polars as pl

from contracts.reports.messaging import LinkReport, MessageReport, VariantReport
from contracts.vocabulary import CHANNEL_ACTIONS, Action
from flows.page.snapshot_tables import SnapshotTables

M, V = MessageReport, VariantReport
OF_ACTIONS: dict[Action, tuple[str, ...]] = {
    Action.OPENED: (
        *(M.opens, M.unique_opens, M.human_unique_opens),
        *(M.open_rate, M.human_open_rate, M.click_to_open_rate, M.open_rate_of_sends),
        *(V.open_difference, V.open_low, V.open_high, V.open_p_value),
    ),
    Action.CLICKED: (
        *(M.clicks, M.unique_clicks, M.human_unique_clicks),
        *(M.click_rate, M.human_click_rate, M.click_to_open_rate, M.click_rate_of_sends),
        *(V.click_difference, V.click_low, V.click_high, V.click_p_value),
        LinkReport.unique_clicks,
    ),
    Action.BOUNCED: (
        *(M.bounced, M.hard_bounces, M.soft_bounces, M.other_bounces),
        M.bounce_rate,
    ),
    Action.FAILED: (M.failed,),
    Action.REPLIED: (M.replies,),
    Action.UNSUBSCRIBED: (M.unsubscribes, M.unsubscribe_rate),
    Action.COMPLAINED: (M.complaints, M.complaint_rate),
}
"""Action -> the figures that there are only where it is; the first of them counts it."""


def find_impossible(published: SnapshotTables, channel: str) -> frozenset[str]:
    """The figures that a channel cannot have, and that none of its messages has.

    Args:
        published: The snapshot.
        channel: Its group of tables; one of the user's own has whatever its messages have.
    """
    possible = next((acts for name, acts in CHANNEL_ACTIONS.items() if name == channel), ())
    counts = {action: figures[0] for action, figures in OF_ACTIONS.items()}
    found = (
        published.scan(f"{channel}/message_report")
        .select(pl.col(list(counts.values())).sum())
        .collect()
        .row(0, named=True)
    )
    return frozenset(
        figure
        for action, figures in OF_ACTIONS.items()
        if action not in possible and not found[counts[action]]
        for figure in figures
    )
