"""Figures of `ads/utm_audit`: the money and the sessions that cannot be followed."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.facts.ads.ad_names import AdNames
from contracts.facts.ads.ad_stats import PlacedStats
from contracts.facts.matching.session_matching import AuditedLinks
from contracts.reports.session_matches import AuditKind, UtmAudit
from flows.explain.ads.stats_rows import STATS, AdStatsRows, of_table
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import (
    LEFT_OUT,
    NOTHING,
    NOTHING_LEFT_OUT,
    Explanation,
    Operand,
    absorb_rounding,
    merge_rows,
)
from flows.explain.session_rows import KEY, STARTED_AT, SessionRows
from transforms.ads.rests import list_ad_figures, sign
from transforms.common.shared_texts import write_out_texts
from transforms.explain.row_places import BECAUSE, state_rows
from transforms.matching.match_sessions import LINK
from transforms.matching.shared_names import CAMPAIGN, OF_ENTITY, list_ambiguous, list_bearers
from transforms.matching.suggestions import score_names
from transforms.matching.troubled_links import AUDITED, list_troubled_links
from transforms.web.traffic_sources import UTM_VALUES
from transforms.web.utm import normalize_text

A = UtmAudit
SUGGESTED = (A.suggested_platform, A.suggested_campaign_id, A.suggested_ad_id)
ENTITY = [A.platform, A.campaign_id, A.ad_id]
WHY = pl.format("{}: {}", AuditedLinks.match_status, AuditedLinks.match_reason)


class AuditCells:
    """Explains `ads/utm_audit`."""

    def __init__(self, stats: AdStatsRows) -> None:
        """Explain the figures of a run."""
        self.stats = stats
        self.run = stats.run
        self.sessions = SessionRows(stats.run)

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        row = cell.row
        if cell.column == A.score:
            return _explain_score(row)
        if cell.column == A.sessions_at_risk:
            own = self._find_links(row)
            words = "the number of sessions that came by links in which this is broken"
            return Explanation(words, self._state(own), excluded=self._list_near(row, own))
        words, entities = self._find_entities(row)
        rows = self._list_spend(row, entities)
        return Explanation(words, absorb_rounding(rows, cell.value))

    @property
    def _links(self) -> pl.LazyFrame:
        return self.run.ads.matched.links

    def _find_links(self, row: Mapping[str, Any]) -> pl.LazyFrame:
        if row[A.kind] == AuditKind.NAME_USED_TWICE:
            named = list_ambiguous(self._links).filter(
                pl.col(AdNames.name_key) == normalize_text(row[A.value]),
                *have_values_of(row, [*CAMPAIGN, A.parameter]),
            )
            return self._links.join(named.select(LINK), on=LINK, how="semi")
        troubled = list_troubled_links(self._links, self.run.ads.names.lazy())
        own = troubled.filter(*have_values_of(row, AUDITED)).select(LINK)
        return self._links.join(own, on=LINK, how="semi")

    def _list_near(self, row: Mapping[str, Any], own: pl.LazyFrame) -> pl.DataFrame:
        """Sessions whose links bear the value too, and to which nothing is wrong in this way."""
        if row[A.value] is None:
            return NOTHING_LEFT_OUT
        bears = pl.any_horizontal(pl.col(name) == row[A.value] for name in UTM_VALUES)
        near = self._links.filter(bears, pl.col(A.org_id) == row[A.org_id])
        return self._state(near.join(own, on=LINK, how="anti")).select(list(LEFT_OUT))

    def _state(self, links: pl.LazyFrame) -> pl.DataFrame:
        told = links.select(LINK, WHY.alias(BECAUSE))
        sessions = self.run.ads.matched.sessions.join(told, on=LINK, how="inner", validate="m:1")
        return self.sessions.state(sessions.select(*KEY, STARTED_AT, BECAUSE).collect())

    def _find_entities(self, row: Mapping[str, Any]) -> tuple[str, list[tuple[Any, ...]]]:
        """Whose spend is at risk, in words and as platform, campaign and ad (null for all)."""
        if row[A.kind] == AuditKind.SPEND_WITHOUT_SESSIONS:
            words = "the spend of the campaign or ad, which no session came from, over all days"
            return words, [tuple(row[name] for name in ENTITY)]
        if row[A.kind] == AuditKind.NAME_USED_TWICE:
            words = "the spend of every campaign or ad that ever bore the name, over all days"
            return words, self._find_bearers(row)
        words = (
            "the spend of what is suggested, where no session came from it; nothing where "
            "nothing is suggested"
        )
        suggested = tuple(row[name] for name in SUGGESTED)
        audit = self.run.scan("ads", "utm_audit")
        if row[A.score] is None or audit is None:
            return words, []
        of_suggested = {A.org_id: row[A.org_id], **dict(zip(ENTITY, suggested, strict=True))}
        lost = audit.filter(
            pl.col(A.kind) == AuditKind.SPEND_WITHOUT_SESSIONS,
            *have_values_of(of_suggested, of_suggested),
        )
        return words, [suggested] if lost.collect().height else []

    def _find_bearers(self, row: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        place = {name: row[name] for name in (*CAMPAIGN, A.parameter)}
        place[AdNames.name_key] = normalize_text(row[A.value])
        places = pl.LazyFrame([place], schema=dict.fromkeys(place, pl.String))
        bearers = list_bearers(self.run.ads.names.lazy(), places)
        names = [f"{AdNames.platform}{OF_ENTITY}", f"{AdNames.campaign_id}{OF_ENTITY}"]
        return bearers.select(*names, AdNames.ad_id).collect().sort(pl.all()).rows()

    def _list_spend(self, row: Mapping[str, Any], entities: list[tuple[Any, ...]]) -> pl.DataFrame:
        """The stats of campaigns and ads, as `ads/ad_performance` adds them up."""
        parts = [NOTHING]
        for platform, campaign_id, ad_id in entities:
            of = {A.org_id: row[A.org_id], A.platform: platform}
            figures = list_ad_figures(self.stats.place(of).stats).pipe(write_out_texts)
            spend = sign(PlacedStats.spend)
            own = figures.filter(
                pl.col(PlacedStats.campaign_id) == campaign_id,
                of_table() == STATS,
                spend.is_not_null(),
                *([] if ad_id is None else [pl.col(PlacedStats.ad_id) == ad_id]),
            )
            because = pl.format(
                "stats of campaign {}{}",
                pl.lit(campaign_id),
                pl.lit(f", ad {ad_id}" if ad_id else ""),
            )
            parts.append(state_rows(own, STATS, spend, because).collect())
        return merge_rows(pl.concat(parts))


def _explain_score(row: Mapping[str, Any]) -> Explanation:
    """How alike a value and the name of what is suggested are."""
    words = (
        "how alike the value and the suggested name are, from 0 to 100: rapidfuzz's ratio of both, "
        "in small letters and with single spaces"
    )
    if row[A.score] is None:
        return Explanation("nothing is suggested")
    operands = (Operand(A.value, row[A.value]), Operand(A.suggested_name, row[A.suggested_name]))
    expected = score_names(row[A.value], row[A.suggested_name])
    return Explanation(words, operands=operands, expected=expected)
