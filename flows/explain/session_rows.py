"""Sessions down to their raw rows: the session's own, or the page views that make it."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import PageViews, Sessions
from flows.explain.explanation import merge_rows
from flows.explain.narrowed_tables import scan_placed
from flows.explain.published_run import PublishedRun
from transforms.explain.row_places import BECAUSE, COUNTS, EXPLAINED, ROW_PLACE, TABLE
from transforms.web.sessionization import build_sessions

ORG, SESSION, STARTED_AT = Sessions.org_id, Sessions.session_id, Sessions.started_at
KEY, CONTACT = [ORG, SESSION], Sessions.contact_id
OF_VIEW = "view:"
"""What the ids of sessions that are made from page views begin with."""
ID_OF_VIEW = pl.format(f"{OF_VIEW}{{}}", PageViews.page_view_id)
DEVICE, PERSON = PageViews.anonymous_id, "person"
VISITOR = [ORG, DEVICE, PERSON]
IN_ORDER = [*VISITOR, PageViews.viewed_at, PageViews.page_view_id]
PLACE, FIRST = "place of view", "place of first view"
FOUND = pl.Schema(
    {
        **EXPLAINED,
        **{name: polars_schema(Sessions)[name] for name in (*KEY, CONTACT, STARTED_AT)},
    }
)
"""One row per raw row of a session, with the session, its contact and start."""
FURTHER = "a further page view of a session that counts by its first"


@dataclass(frozen=True)
class SessionRows:
    """Finds the raw rows of sessions."""

    run: PublishedRun

    def state(self, sessions: pl.DataFrame) -> pl.DataFrame:
        """The rows of sessions, which count 1 each: `EXPLAINED` of `find`."""
        return merge_rows(self.find(sessions).select(list(EXPLAINED)))

    def find(self, sessions: pl.DataFrame) -> pl.DataFrame:
        """The rows of sessions, which count 1 each, with the session and its contact.

        A session that is made from page views counts by its first view, from which it has its id,
        landing page and time; the further ones count 0.

        Args:
            sessions: One row per session: its key, `because`, and `started_at` where it is known:
                files are read by it.

        Returns:
            `FOUND`, in the order of the sessions' start; of a session that no feed gives, nothing.
        """
        parts = [pl.DataFrame(schema=FOUND), self._find_delivered(sessions)]
        made = sessions.filter(pl.col(SESSION).str.starts_with(OF_VIEW))
        if made.height:
            parts.append(self._find_made(made))
        return pl.concat(parts).sort(STARTED_AT, *KEY, ROW_PLACE)

    def _find_delivered(self, sessions: pl.DataFrame) -> pl.DataFrame:
        if sessions.is_empty():
            return pl.DataFrame(schema=FOUND)
        rows = scan_placed(self.run.catalog, "sessions")
        if STARTED_AT in sessions.columns:
            first, last = sessions[STARTED_AT].min(), sessions[STARTED_AT].max()
            rows = rows.filter(pl.col(STARTED_AT).is_between(pl.lit(first), pl.lit(last)))
        named = sessions.lazy().select(*KEY, BECAUSE)
        found = rows.join(named, on=KEY, how="inner")
        return _shape(found, "sessions", pl.lit(1), pl.col(BECAUSE)).collect()

    def _find_made(self, sessions: pl.DataFrame) -> pl.DataFrame:
        rules, config = self.run.config.sessions, self.run.config.workspace
        views = self._find_views(sessions)
        made = build_sessions(
            views.lazy(),
            config.timezone,
            rules.timeout_minutes,
            split_at_midnight=rules.split_at_midnight,
        ).select(*KEY, Sessions.page_views, STARTED_AT, CONTACT)
        starts = (
            views.lazy()
            .select(ORG, ID_OF_VIEW.alias(SESSION), pl.col(PLACE).alias(FIRST))
            .join(made, on=KEY, how="inner", validate="1:1")
            .join(sessions.lazy().select(*KEY, BECAUSE), on=KEY, how="inner", validate="1:1")
            .drop(ORG)
            .sort(FIRST)
        )
        is_first = pl.col(PLACE) == pl.col(FIRST)
        found = (
            views.lazy()
            .select(ORG, ROW_PLACE, PLACE)
            .join_asof(starts, left_on=PLACE, right_on=FIRST, strategy="backward")
            .filter(pl.col(PLACE) < pl.col(FIRST) + pl.col(Sessions.page_views))
        )
        why = pl.when(is_first).then(BECAUSE).otherwise(pl.lit(FURTHER))
        return _shape(found, "page_views", is_first.cast(pl.Int64), why).collect()

    def _find_views(self, sessions: pl.DataFrame) -> pl.DataFrame:
        """Every page view of the visitors of sessions, in the order in which they are cut."""
        views = scan_placed(self.run.catalog, "page_views").with_columns(
            pl.when(pl.col(DEVICE).is_null()).then(PageViews.contact_id).alias(PERSON)
        )
        firsts = sessions.lazy().select(
            ORG, pl.col(SESSION).str.strip_prefix(OF_VIEW).alias(PageViews.page_view_id)
        )
        visitors = (
            views.join(firsts, on=[ORG, PageViews.page_view_id], how="semi")
            .select(VISITOR)
            .unique()
        )
        own = views.join(visitors, on=VISITOR, how="semi", nulls_equal=True)
        return own.sort(IN_ORDER).collect().with_row_index(PLACE)


def _shape(rows: pl.LazyFrame, table: str, counts: pl.Expr, because: pl.Expr) -> pl.LazyFrame:
    return rows.select(
        ROW_PLACE,
        pl.lit(table).alias(TABLE),
        counts.cast(EXPLAINED[COUNTS]).alias(COUNTS),
        because.alias(BECAUSE),
        *KEY,
        CONTACT,
        STARTED_AT,
    )


def count_contacts(found: pl.DataFrame) -> pl.DataFrame:
    """Of each known contact's sessions the rows of the first, which counts for the contact."""
    known = found.filter(pl.col(CONTACT).is_not_null())
    firsts = known.unique([ORG, CONTACT], keep="first", maintain_order=True).select(KEY)
    return merge_rows(known.join(firsts, on=KEY, how="semi").select(list(EXPLAINED)))
