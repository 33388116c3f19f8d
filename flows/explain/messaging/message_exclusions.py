"""Raw rows of the same message that do not count, and why."""

import polars as pl

from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.send_keys import SendKeys
from flows.explain.explanation import LEFT_OUT
from flows.explain.left_out import list_discarded, list_rejected
from flows.explain.messaging.send_scopes import SendScope
from flows.explain.published_run import PublishedRun
from transforms.explain.row_places import ROW_PLACE, TABLE
from transforms.messaging.send_keys import select_event_keys, select_send_keys

IDS = (
    DescribedMessages.message_id,
    DescribedMessages.dispatch_id,
    DescribedMessages.campaign_id,
)


def list_left_out(
    run: PublishedRun, messages: pl.DataFrame, scope: SendScope, passed_over: pl.DataFrame
) -> pl.DataFrame:
    """Rows of some messages that do not count: their place, table and reason.

    Args:
        run: The published run.
        messages: Of `DescribedMessages`.
        scope: What is asked about.
        passed_over: Events that other events of their send stand for.
    """
    ids = {str(scope.of_messages[name]) for name in IDS if scope.of_messages.get(name)}
    keys = messages.select(DescribedMessages.message_key).to_series()
    parts = [
        pl.DataFrame(schema=LEFT_OUT),
        passed_over.select(list(LEFT_OUT)),
        *list_rejected(run, ("sends", "events"), ids),
    ]
    is_own = pl.col(SendKeys.message_key).is_in(keys.implode())
    for table, select_keys in (("sends", select_send_keys), ("events", select_event_keys)):
        parts += list_discarded(
            run.catalog, table, lambda rows, keyed=select_keys: keyed(rows).filter(is_own)
        )
    return pl.concat(parts).sort(ROW_PLACE, TABLE)
