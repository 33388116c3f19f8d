"""What is broken between links and ads, and what the suggested aliases would bring."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import polars as pl

from contracts.reports.session_matches import AuditKind, SessionMatches, UtmAudit
from flows.page.figures import CODE, COUNT, MONEY, Cell, plain
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, list_cells, select_rows
from flows.page.views import Column, Rows, TableView
from transforms.matching.suggestions import render_aliases
from transforms.web.utm import normalize_text, normalize_value

U, M = UtmAudit, SessionMatches
AUDIT, MATCHES, TOUCHES = "ads/utm_audit", "ads/session_matches", "attribution/order_touches"
FOUND_BY = (M.utm_content, M.utm_campaign)
"""The values of a session by which an alias finds it, as far as the published table has them."""
LAST_TOUCH = "revenue_last_touch"
PAGE_AT = 4
"""Which of the labels is the example page."""
Part = TypeVar("Part", Cell, Column)
WORDS = {
    AuditKind.SPEND_WITHOUT_SESSIONS: "spend without sessions",
    AuditKind.SESSIONS_WITHOUT_AD: "sessions without an ad",
    AuditKind.NAME_USED_TWICE: "name used twice",
    AuditKind.UNKNOWN_SOURCE: "unknown source",
    AuditKind.UNRESOLVED_MACRO: "macro left unresolved",
    AuditKind.CONTENT_WITHOUT_AD: "content names no ad",
    AuditKind.ALIAS_TO_NOTHING: "alias leads to nothing",
}


SPEC = TableSpec(
    "What is broken between links and ads",
    AUDIT,
    {
        U.kind: "What",
        U.platform: "Platform",
        U.parameter: "Where",
        U.value: "Value",
        U.landing_page: "Example page",
    },
    {U.spend_at_risk: "Spend at risk", U.sessions_at_risk: "Sessions at risk"},
    U.spend_at_risk,
    note="A suggested alias is a line of [ads.aliases] in campaigns.toml; `campaign-reports "
    "suggest` prints all of them. They are never applied by themselves. What one would bring: "
    "the sessions that its ad or campaign does not have yet, and the revenue whose last touch "
    "they are.",
)
TITLES = (
    Column("Suggested alias", CODE),
    Column("Sessions it would bring", COUNT),
    Column("Revenue it would bring", MONEY),
)
"""The columns about suggested aliases, behind those of the table."""


def list_broken_links(published: SnapshotTables) -> TableView | None:
    """List what is broken between links and ads, most money and sessions at risk first."""
    if not published.has(AUDIT):
        return None
    rows, total = select_rows(published, SPEC, published.scan(AUDIT))
    if not total:
        return None
    audit = published.scan(AUDIT).collect()
    whole = rows.select(published.key(AUDIT)).join(
        audit,
        on=published.key(AUDIT),
        how="left",
        nulls_equal=True,
        validate="1:1",
        maintain_order="left",
    )
    values = [row[U.value] for row in whole.iter_rows(named=True) if _write_alias(row)]
    bearers = _read_bearers(published, values)
    shows_revenue = LAST_TOUCH in published.columns(TOUCHES)
    added = (2 + shows_revenue) if values else 0
    shown = tuple(
        Rows(_put_page_last((_say(row[U.kind]), *cells[1:], *_bring(bearers, row)[:added])))
        for row, cells in zip(
            whole.iter_rows(named=True), list_cells(published, SPEC, rows), strict=True
        )
    )
    columns = _put_page_last((*SPEC.columns(rows), *TITLES[:added]))
    return TableView(SPEC.title, columns, shown, total, AUDIT, SPEC.note)


def _say(kind: str) -> Cell:
    return plain(WORDS.get(kind, kind))


def _put_page_last(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The example page, the longest text, behind what is to be done."""
    return (*parts[:PAGE_AT], *parts[PAGE_AT + 1 :], parts[PAGE_AT])


def _bring(bearers: pl.DataFrame | None, row: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
    """The alias that a row suggests, and what it would bring; blank cells where none."""
    line = plain(_write_alias(row), CODE)
    if bearers is None or not line.text or row[U.parameter] not in FOUND_BY:
        return line, plain(None, COUNT), plain(None, MONEY)
    campaign, ad = row[U.suggested_campaign_id], row[U.suggested_ad_id]
    platform = pl.col(M.platform)
    is_there = (platform == row[U.suggested_platform]) & (pl.col(M.campaign_id) == campaign)
    if ad is not None:
        is_there &= pl.col(M.ad_id) == ad
    found = bearers.filter(
        pl.col(M.org_id) == row[U.org_id],
        pl.any_horizontal(pl.col(FOUND_BY) == normalize_text(row[U.value])).fill_null(value=False),
        platform.is_null() | (platform == row[U.suggested_platform]),
        ~is_there.fill_null(value=False),
    )
    revenue = found[LAST_TOUCH].sum() if LAST_TOUCH in found.columns else None
    return line, plain(found.height, COUNT), plain(revenue, MONEY)


def _write_alias(row: Mapping[str, Any]) -> str:
    """The line of [ads.aliases] that a row suggests; empty where it suggests none."""
    lines = render_aliases(pl.DataFrame([row], infer_schema_length=None)).splitlines()
    return lines[1] if lines else ""


def _read_bearers(published: SnapshotTables, values: Sequence[str]) -> pl.DataFrame | None:
    """Read the sessions that bear any of some values in utm_content or utm_campaign.

    An alias counts for every link of its platform, or of none, that bears its value in whatever
    spelling (SPEC §7).

    Returns:
        Where each session was matched to, its values made comparable, and the revenue whose last
        touch it is; None where there are no sessions or no values.
    """
    if not values or not published.has(MATCHES):
        return None
    matches = published.scan(MATCHES)
    written = pl.concat([matches.select(pl.col(name).alias("value")) for name in FOUND_BY]).unique()
    spellings = (
        written.filter(
            normalize_value(pl.col("value")).is_in([normalize_text(one) for one in values])
        )
        .collect()["value"]
        .to_list()
    )
    bearers = matches.filter(
        pl.any_horizontal(pl.col(name).is_in(spellings) for name in FOUND_BY)
    ).select(
        *(M.org_id, M.session_id, M.platform, M.campaign_id, M.ad_id),
        *(normalize_value(pl.col(name)) for name in FOUND_BY),
    )
    if LAST_TOUCH not in published.columns(TOUCHES):
        return bearers.collect()
    session = [M.org_id, M.session_id]
    revenue = (
        published.scan(TOUCHES)
        .filter(pl.col(M.session_id).is_not_null())
        .group_by(session)
        .agg(pl.col(LAST_TOUCH).sum())
    )
    return bearers.join(revenue, on=session, how="left", validate="m:1").collect()
