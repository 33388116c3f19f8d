"""Touches of orders down to their raw rows: clicks, sessions, direct mail."""

from datetime import timedelta

import polars as pl

from contracts.feeds import Events, Sends
from contracts.reports.attribution import CreditedTouch
from contracts.reports.journeys import ContactJourney
from contracts.vocabulary import JourneyKind
from flows.explain.cells import have_values_of
from flows.explain.explanation import (
    LEFT_OUT,
    NOTHING,
    NOTHING_LEFT_OUT,
    leave_out,
    merge_left_out,
    merge_rows,
)
from flows.explain.narrowed_tables import scan_placed
from flows.explain.published_run import PublishedRun
from flows.explain.session_rows import KEY as OF_SESSION
from flows.explain.session_rows import STARTED_AT, SessionRows
from transforms.activities.activity_keys import name_contacts
from transforms.activities.direct_mail import MAILED
from transforms.attribution.touches import NEVER_ARRIVED, may_touch
from transforms.common.calendar import reporting_day
from transforms.explain.row_places import BECAUSE, ROW_PLACE, TABLE, state_rows

C = CreditedTouch
WHY = pl.format("a touch of the channel {} before the order", C.channel)
OF_MAIL = [C.org_id, C.message_id, C.contact_id]
TOO_EARLY = "more than the look-back before the order"
NO_TOUCH = {
    str(JourneyKind.EVENT): "flagged as a machine's, or later than the order",
    str(JourneyKind.SESSION): "direct, a machine's, or the landing of a click that counts itself",
}
KIND, AT, EVENT_ID = ContactJourney.kind, ContactJourney.occurred_at, ContactJourney.event_id


class TouchRows:
    """Finds the raw rows of touches."""

    def __init__(self, run: PublishedRun) -> None:
        """Find the touches of a run."""
        self.run = run
        self.sessions = SessionRows(run)

    def state(self, touches: pl.DataFrame) -> pl.DataFrame:
        """The raw rows of touches, which count 1 each; a session's further page views 0.

        Args:
            touches: Rows of `order_touches`.
        """
        is_event = pl.col(C.event_id).is_not_null()
        is_session = pl.col(C.session_id).is_not_null()
        visits = touches.filter(~is_event, is_session)
        return merge_rows(
            pl.concat(
                [
                    self._state_events(touches.filter(is_event)),
                    self._state_sessions(visits),
                    self._state_mail(touches.filter(~is_event, ~is_session)),
                ]
            )
        )

    def _state_events(self, touches: pl.DataFrame) -> pl.DataFrame:
        if touches.is_empty():
            return NOTHING
        key = [Events.org_id, Events.event_id]
        own = touches.lazy().select(*key, C.channel).unique()
        events = scan_placed(self.run.catalog, "events")
        found = events.join(own, on=key, how="inner", validate="1:m")
        return state_rows(found, "events", pl.lit(1), WHY).collect()

    def _state_sessions(self, touches: pl.DataFrame) -> pl.DataFrame:
        named = touches.select(
            *OF_SESSION, WHY.alias(BECAUSE), pl.col(C.touched_at).alias(STARTED_AT)
        )
        return self.sessions.state(named.unique(OF_SESSION))

    def _state_mail(self, touches: pl.DataFrame) -> pl.DataFrame:
        """The sends, or the events that show them, by which direct mail touched people."""
        parts = [NOTHING]
        for _, own in touches.group_by(OF_MAIL, maintain_order=True):
            found = self._find_mail(own)
            channel = pl.lit(own[0, C.channel]).alias(C.channel)
            told = found.head(own.height).lazy().with_columns(channel)
            parts.append(state_rows(told, pl.col(TABLE), pl.lit(1), WHY).collect())
        return pl.concat(parts)

    def _find_mail(self, touches: pl.DataFrame) -> pl.DataFrame:
        """The rows of one message to one contact that arrived, the likeliest first."""
        ids = touches.row(0, named=True)
        zone = self.run.timezone
        days = touches.select(reporting_day(pl.col(C.touched_at), zone)).to_series()
        parts = []
        for table, at in (("sends", Sends.sent_at), ("events", Events.occurred_at)):
            rows = scan_placed(self.run.catalog, table).filter(
                pl.col(Sends.org_id) == ids[C.org_id], *have_values_of(ids, [C.message_id])
            )
            rows = rows.filter(pl.col(Events.event_type) == MAILED) if table == "events" else rows
            held = pl.col(Sends.is_holdout) if table == "sends" else pl.lit(value=False)
            failed = pl.col(Sends.status).is_in(NEVER_ARRIVED) if table == "sends" else held
            parts.append(
                name_contacts(rows, self.run.names.owners)
                .filter(
                    pl.col(Sends.contact_id) == ids[C.contact_id],
                    ~held.fill_null(value=False),
                    ~failed.fill_null(value=False),
                )
                .select(
                    ROW_PLACE,
                    pl.lit(table).alias(TABLE),
                    reporting_day(pl.col(at), zone).is_in(days.implode()).alias("is of day"),
                )
                .collect()
            )
            if parts[-1].height:
                break
        return pl.concat(parts).sort(~pl.col("is of day"), ROW_PLACE, nulls_last=True)

    def list_left_out(self, touches: pl.DataFrame) -> pl.DataFrame:
        """Clicks and sessions of an order's contact that did not lead to it: `LEFT_OUT`."""
        journey = self.run.scan("people", "contact_journey")
        if journey is None or touches.is_empty() or touches[0, C.contact_id] is None:
            return NOTHING_LEFT_OUT
        order = touches.row(0, named=True)
        steps = journey.filter(
            *(pl.col(name) == order[name] for name in (C.org_id, C.contact_id)),
            pl.col(AT) <= order[C.ordered_at],
            (pl.col(KIND) == JourneyKind.SESSION) | may_touch(self.run.config.attribution),
        ).collect()
        counted = [*touches[C.event_id].drop_nulls(), *touches[C.session_id].drop_nulls()]
        since = order[C.ordered_at] - self._longest_lookback()
        why = (
            pl.when(pl.col(AT) < since)
            .then(pl.lit(TOO_EARLY))
            .otherwise(pl.col(KIND).replace_strict(NO_TOUCH, default=TOO_EARLY))
        )
        passed = steps.filter(~pl.col(EVENT_ID).is_in(counted)).with_columns(why.alias(BECAUSE))
        visits = passed.filter(pl.col(KIND) == JourneyKind.SESSION).select(
            C.org_id, pl.col(EVENT_ID).alias(C.session_id), BECAUSE
        )
        clicks = passed.filter(pl.col(KIND) == JourneyKind.EVENT).lazy()
        parts = [self.sessions.state(visits).select(list(LEFT_OUT))]
        key = [Events.org_id, Events.event_id]
        events = scan_placed(self.run.catalog, "events")
        found = events.join(clicks.select(*key, BECAUSE), on=key, how="inner")
        parts.append(leave_out(found, "events", pl.col(BECAUSE)))
        return merge_left_out(parts)

    def _longest_lookback(self) -> timedelta:
        rules = self.run.config.attribution
        hours = [rules.lookback_days * 24, *rules.lookback_hours.values()]
        return timedelta(hours=max(hours))
