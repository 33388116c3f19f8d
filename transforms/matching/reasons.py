"""Why a session has its ad, or has none: one plain sentence for the analyst."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.matching.session_facts import (
    BY_ID,
    OF_ADS,
    AdEvidence,
    MatchLevel,
    MatchMethod,
    MatchStatus,
    SessionFacts,
)
from contracts.facts.matching.session_matching import CaseAnswers, MatchLookups
from transforms.web.platforms import BY_CLICK_ID
from transforms.web.utm import is_macro

SHOWN_CHARACTERS = 80
PLATFORM = MatchLookups.link_platform
VALUES_OF_MODE = {
    "auto": ("utm_content", "utm_campaign", "utm_id"),
    "utm_content": ("utm_content",),
    "utm_campaign": ("utm_campaign", "utm_id"),
}
"""Match mode -> the values that it looks up."""


def explain_matches(answered: Rows[CaseAnswers], mode: str) -> pl.LazyFrame:
    """Turn the answers of lookups into level, method, status and reason; those without get one.

    Args:
        answered: `MatchLookups`, each with its answer or nulls.
        mode: The match mode of the configuration.
    """
    has_answer = pl.col(CaseAnswers.match_method).is_not_null()
    platform = pl.when(MatchLookups.may_be_ad).then(PLATFORM)
    has_platform = platform.is_not_null()
    without = {
        SessionFacts.match_level: (MatchLevel.PLATFORM, MatchLevel.NONE),
        SessionFacts.match_status: (MatchStatus.UNMATCHED, MatchStatus.UNMATCHED),
        CaseAnswers.match_method: (MatchMethod.PLATFORM, MatchMethod.NONE),
    }
    reason = (
        pl.when(pl.col(CaseAnswers.unknown_target).is_not_null())
        .then(_explain_unknown_target())
        .when(~has_answer & ~pl.col(MatchLookups.may_be_ad))
        .then(_explain_no_ad())
        .when(~has_answer)
        .then(_explain_miss(mode))
        .when(pl.col(SessionFacts.match_status) == MatchStatus.AMBIGUOUS)
        .then(_explain_ambiguity())
        .otherwise(_explain_hit())
    )
    return answered.with_columns(
        reason.alias(SessionFacts.match_reason),
        pl.when(has_answer)
        .then(SessionFacts.platform)
        .otherwise(platform)
        .alias(SessionFacts.platform),
        *(
            pl.coalesce(
                name, pl.when(has_platform).then(pl.lit(known)).otherwise(pl.lit(unknown))
            ).alias(name)
            for name, (known, unknown) in without.items()
        ),
    )


def _explain_hit() -> pl.Expr:
    method = pl.col(CaseAnswers.match_method)
    target = (
        pl.when(pl.col(SessionFacts.match_level) == MatchLevel.AD)
        .then(pl.format("ad {} of {}", SessionFacts.ad_id, SessionFacts.platform))
        .otherwise(pl.format("campaign {} of {}", SessionFacts.campaign_id, SessionFacts.platform))
    )
    value = _value_of_answer()
    return (
        pl.when(method == MatchMethod.ALIAS)
        .then(pl.format("{} is an alias of {}", value, target))
        .when(method.is_in(BY_ID))
        .then(pl.format("{} is the id of {}", value, target))
        .when(CaseAnswers.is_former)
        .then(
            pl.format(
                "{} is a former or later name of {}; nothing had it on that day, and nothing "
                "else ever had",
                value,
                target,
            )
        )
        .otherwise(pl.format("{} is the name of {}", value, target))
    )


def _explain_ambiguity() -> pl.Expr:
    level, method = pl.col(SessionFacts.match_level), pl.col(CaseAnswers.match_method)
    counted = (
        pl.when(level == MatchLevel.CAMPAIGN)
        .then(pl.format("counted for their campaign {}", SessionFacts.campaign_id))
        .when(level == MatchLevel.PLATFORM)
        .then(pl.format("counted for their platform {} alone", SessionFacts.platform))
        .otherwise(pl.lit("counted for none, as they are of several platforms"))
    )
    means = (
        pl.when(method == MatchMethod.ALIAS)
        .then(pl.lit("is an alias of"))
        .when(method.is_in(BY_ID))
        .then(pl.lit("is the id of"))
        .otherwise(pl.lit("is the name of"))
    )
    entities = pl.when(method.is_in(OF_ADS)).then(pl.lit("ads")).otherwise(pl.lit("campaigns"))
    return pl.format(
        "{} {} {} {} that nothing separates: {}",
        _value_of_answer(),
        means,
        pl.col(CaseAnswers.candidate_count),
        entities,
        counted,
    )


def _explain_unknown_target() -> pl.Expr:
    return pl.format(
        "{} is an alias of {}, which no feed knows", _value_of_answer(), CaseAnswers.unknown_target
    )


def _explain_no_ad() -> pl.Expr:
    """Why a link cannot be an ad's (SPEC §7.2)."""
    evidence = pl.col(MatchLookups.ad_evidence)
    medium = _quote(MatchLookups.utm_medium)
    return (
        pl.when(evidence == AdEvidence.MESSAGE_MEDIUM)
        .then(pl.format("{} is that of a message: no ad brought the visit", medium))
        .when(evidence == AdEvidence.UNPAID_MEDIUM)
        .then(pl.format("{} says that nobody paid for the link: no ad brought the visit", medium))
        .when(evidence == AdEvidence.MESSAGE_CAMPAIGN)
        .then(
            pl.format(
                "{} is the name of a message campaign: nothing says it was an ad",
                _quote(MatchLookups.utm_campaign),
            )
        )
        .otherwise(pl.format("{} is not a known paid medium: [ads] mediums names others", medium))
    )


def _explain_miss(mode: str) -> pl.Expr:
    source = pl.col(SessionFacts.utm_source)
    by_click = pl.col(MatchLookups.platform_by) == BY_CLICK_ID
    known = pl.format(
        "only the platform {} is known, from {}: {}",
        PLATFORM,
        pl.when(by_click)
        .then(pl.format("the click id {}", pl.col(MatchLookups.click_id)))
        .otherwise(_quote("utm_source")),
        _list_misses(mode, "names none of its ads or campaigns"),
    )
    has_values = pl.any_horizontal(pl.col(n).is_not_null() for n in VALUES_OF_MODE[mode])
    misses = _list_misses(mode, "names no ads or campaigns of any platform")
    unknown_source = (
        pl.when(source.is_null())
        .then(pl.lit("the link names no source"))
        .otherwise(pl.format("{} is not a known ad platform", _quote("utm_source")))
    )
    unknown = (
        pl.when(source.is_null() & ~has_values)
        .then(
            pl.when(pl.col(MatchLookups.click_id).is_not_null())
            .then(pl.lit("the link has no utm values, and click ids of several platforms"))
            .otherwise(pl.lit("the link has no utm values and no click id"))
        )
        .otherwise(pl.format("{}, {}", unknown_source, misses))
    )
    return pl.when(pl.col(PLATFORM).is_not_null()).then(known).otherwise(unknown)


def _list_misses(mode: str, missed: str) -> pl.Expr:
    """The link's values, and that each `missed`, unless it is a macro."""
    found = [
        pl.when(pl.col(name).is_not_null()).then(
            pl.format(
                "{} {}",
                _quote(name),
                pl.when(is_macro(pl.col(name)))
                .then(pl.lit("is an unresolved macro"))
                .otherwise(pl.lit(missed)),
            )
        )
        for name in VALUES_OF_MODE[mode]
    ]
    return pl.concat_str(found, separator=", ", ignore_nulls=True).replace(
        "", f"the link has no {' or '.join(VALUES_OF_MODE[mode][:2])}"
    )


def _value_of_answer() -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col(CaseAnswers.parameter) == name).then(_quote(name))
        for name in VALUES_OF_MODE["auto"]
    )


def _quote(name: str) -> pl.Expr:
    return pl.format("{} '{}'", pl.lit(name), pl.col(name).str.slice(0, SHOWN_CHARACTERS))
