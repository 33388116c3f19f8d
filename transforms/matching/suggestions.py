"""What a broken link may have meant: cautious suggestions, never applied by themselves.

A miss costs one unlinked campaign, a false match misattributes money: so a suggestion needs a high
similarity and a clear lead, and names of different periods are never paired.
"""

import re

import polars as pl
from rapidfuzz import fuzz, process

from contracts.columns import Held
from contracts.config.toml_values import write_toml
from contracts.facts.ads.ad_names import AdNames
from contracts.reports.session_matches import AuditKind, UtmAudit
from contracts.vocabulary import AdLevel
from transforms.common.joins import place
from transforms.web.utm import normalize_text

LEAST_SIMILARITY = 88.0
LEAST_LEAD = 6.0
MOST_VALUES = 500
"""For how many values of a platform, those with most sessions first, names are compared."""

PERIOD_PATTERN = re.compile(
    r"\d+"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
    r"|\b(?:q|h|fy|cw|kw|wk|week)(?=\s?\d)"
)
"""What tells one period or number from another in a name."""

WITHIN = "within"
"""The campaign among whose ads a name is looked for; null for any."""

LOST = "lost"
"""What a suggestion's target cost without a session."""

SCOPE = [AdNames.org_id, AdNames.platform, AdNames.level, WITHIN]
WITHOUT_TARGET = [AuditKind.SESSIONS_WITHOUT_AD, AuditKind.CONTENT_WITHOUT_AD]
"""Kinds whose values may have been meant to name an ad or a campaign."""

SUGGESTED = [
    UtmAudit.suggested_platform,
    UtmAudit.suggested_campaign_id,
    UtmAudit.suggested_ad_id,
    UtmAudit.suggested_name,
    UtmAudit.score,
]


def suggest_targets(audit: Held[UtmAudit], ad_names: Held[AdNames]) -> pl.DataFrame:
    """Suggest a campaign or an ad for each value whose sessions have none.

    utm_content is compared with the names of ads, every other value with those of campaigns, of the
    same platform; under a campaign that matched, with its own ads alone. For small frames only.

    Args:
        audit: Without suggestions (`audit_utm`).

    Returns:
        The audit in its order, suggestions filled; spend_at_risk of sessions without an ad becomes
        the spend without sessions of what is suggested.
    """
    wanted = (
        audit.with_row_index("row")
        .filter(pl.col(UtmAudit.kind).is_in(WITHOUT_TARGET), pl.col(UtmAudit.value) != "")
        .sort(UtmAudit.sessions_at_risk, "row", descending=[True, False])
        .group_by(UtmAudit.org_id, UtmAudit.platform, maintain_order=True)
        .head(MOST_VALUES)
        .with_columns(
            pl.when(pl.col(UtmAudit.parameter) == "utm_content")
            .then(pl.lit(AdLevel.AD))
            .otherwise(pl.lit(AdLevel.CAMPAIGN))
            .alias(AdNames.level),
            pl.col(UtmAudit.campaign_id).alias(WITHIN),
        )
    )
    names = _list_names(ad_names, wanted)
    found = []
    for scope, rows in wanted.partition_by(SCOPE, as_dict=True).items():
        near = _select_similar(rows[UtmAudit.value].to_list(), names.get(scope))
        targets, shown = _group_targets(near)
        for row, value in rows.select("row", UtmAudit.value).iter_rows():
            best = find_similar(value, targets)
            if best is not None:
                target, name, score = best
                found.append((row, *scope[:2], *target, shown[name], score))
    schema = {name: audit.schema[name] for name in (UtmAudit.org_id, *SUGGESTED)}
    suggestions = pl.DataFrame(found, schema={"row": pl.UInt32} | schema, orient="row")
    told = place(_add_lost_spend(suggestions, audit), "row", audit.height)
    at_risk = pl.coalesce(told.get_column(LOST), UtmAudit.spend_at_risk)
    return audit.with_columns(
        *told.select(SUGGESTED),
        at_risk.cast(audit.schema[UtmAudit.spend_at_risk]).alias(UtmAudit.spend_at_risk),
    )


def find_similar(
    value: str, names: dict[str, set[tuple[str, str | None]]]
) -> tuple[tuple[str, str | None], str, float] | None:
    """Find the one name that a value may have been meant to be.

    Args:
        value: A utm value.
        names: Normalised name -> the (campaign_id, ad_id) that bear it.

    Returns:
        (campaign_id, ad_id), the normalised name and the similarity from 0 to 100; None where no
        name is similar enough, clearly ahead of any other target's, and of the same period.
    """
    text = normalize_text(value)
    similar = _extract_similar(text, list(names))
    scores: dict[tuple[str, str | None], tuple[float, str]] = {}
    for name, score, _ in similar:
        if name_periods(name) == name_periods(text):
            for target in names[name]:
                scores[target] = max(scores.get(target, (0.0, "")), (score, name))
    ranked = sorted(scores.items(), key=lambda item: (-item[1][0], str(item[0])))
    if not ranked or ranked[0][1][0] < LEAST_SIMILARITY:
        return None
    if len(ranked) > 1 and ranked[0][1][0] - ranked[1][1][0] < LEAST_LEAD:
        return None
    target, (score, name) = ranked[0]
    return target, name, round(score, 1)


def score_names(value: str, name: str) -> float:
    """How alike a utm value and a name are, from 0 to 100 (rapidfuzz's ratio, normalised)."""
    return round(fuzz.ratio(normalize_text(value), normalize_text(name)), 1)


def name_periods(name: str) -> list[str]:
    """The quarters, months, years and other numbers in a name, in order."""
    return PERIOD_PATTERN.findall(name)


def render_aliases(audit: pl.DataFrame) -> str:
    """Write the suggestions of an audit as lines of `[ads.aliases]`, ready to be pasted.

    A value for which organizations or platforms suggest different targets is left out: an alias
    holds for the whole workspace.
    """
    lines: dict[str, set[str]] = {}
    for row in audit.filter(pl.col(UtmAudit.suggested_platform).is_not_null()).iter_rows(
        named=True
    ):
        target = {
            "platform": row[UtmAudit.suggested_platform],
            "campaign_id": row[UtmAudit.suggested_campaign_id],
            "ad_id": row[UtmAudit.suggested_ad_id],
        }
        known = {name: text for name, text in target.items() if text}
        line = f"{write_toml(row[UtmAudit.value])} = {write_toml(known)}"
        lines.setdefault(normalize_text(row[UtmAudit.value]), set()).add(line)
    single = sorted(line for found in lines.values() if len(found) == 1 for line in found)
    return "".join(f"{line}\n" for line in ["[ads.aliases]", *single]) if single else ""


def _list_names(
    ad_names: pl.DataFrame, wanted: pl.DataFrame
) -> dict[tuple[object, ...], pl.DataFrame]:
    """Organization, platform, level and campaign that are asked for -> its names."""
    withins = (pl.lit(None, pl.String), pl.col(AdNames.campaign_id))
    # Joined one by one: of all names most are asked for by nobody.
    asked = [
        ad_names.with_columns(within.alias(WITHIN)).join(
            wanted, on=SCOPE, how="semi", nulls_equal=True
        )
        for within in withins
    ]
    named = pl.concat(asked).filter(pl.col(AdNames.name_key).is_not_null())
    return named.partition_by(SCOPE, as_dict=True)


def _select_similar(values: list[str], names: pl.DataFrame | None) -> pl.DataFrame | None:
    """The rows of names that any of the values may have been meant to be."""
    if names is None:
        return None
    keys = names[AdNames.name_key].unique().to_list()
    near = {
        name for value in values for name, _, _ in _extract_similar(normalize_text(value), keys)
    }
    return names.filter(pl.col(AdNames.name_key).is_in(list(near)))


def _extract_similar(text: str, names: list[str]) -> list[tuple[str, float, int]]:
    cutoff = LEAST_SIMILARITY - LEAST_LEAD
    return process.extract(text, names, scorer=fuzz.ratio, score_cutoff=cutoff, limit=None)


def _group_targets(
    names: pl.DataFrame | None,
) -> tuple[dict[str, set[tuple[str, str | None]]], dict[str, str]]:
    """Normalised name -> the (campaign_id, ad_id) that bear it; and how it is written.

    Where spellings differ, the first in order is shown.
    """
    targets: dict[str, set[tuple[str, str | None]]] = {}
    shown: dict[str, str] = {}
    if names is not None:
        rows = names.select(AdNames.name_key, AdNames.name, AdNames.campaign_id, AdNames.ad_id)
        for key, name, campaign_id, ad_id in rows.sort(AdNames.name).iter_rows():
            targets.setdefault(key, set()).add((campaign_id, ad_id))
            shown.setdefault(key, name)
    return targets, shown


def _add_lost_spend(suggestions: pl.DataFrame, audit: Held[UtmAudit]) -> pl.DataFrame:
    """Add the spend of what is suggested that has no sessions until its link is understood."""
    target = [UtmAudit.org_id, *SUGGESTED[:3]]
    of_lost = [UtmAudit.org_id, UtmAudit.platform, UtmAudit.campaign_id, UtmAudit.ad_id]
    is_lost = pl.col(UtmAudit.kind) == AuditKind.SPEND_WITHOUT_SESSIONS
    lost = (
        audit.select(UtmAudit.kind, *of_lost, pl.col(UtmAudit.spend_at_risk).alias(LOST))
        .filter(is_lost)
        .join(suggestions, left_on=of_lost, right_on=target, how="semi", nulls_equal=True)
    )
    return suggestions.join(
        lost.select(*of_lost, LOST),
        left_on=target,
        right_on=of_lost,
        how="left",
        nulls_equal=True,
        validate="m:1",
    ).with_columns(pl.col(LOST).fill_null(0))
