"""The questions that are asked every day, each answered in one sentence."""

from dataclasses import replace
from typing import Any

import polars as pl

from contracts.manifest import count_of
from contracts.reports.ads import CampaignPerformance
from contracts.reports.messaging import MessageReport, VariantReport
from contracts.reports.run_tables import RunChanges, RunFeeds
from contracts.reports.session_matches import AuditKind, UtmAudit
from flows.page.figures import MONEY, NUMBER, RATE, figure, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY, SnapshotTables, greatest_first
from flows.page.tabs.ads_tab import CAMPAIGN, CAMPAIGNS
from flows.page.tabs.broken_links import AUDIT
from flows.page.views import Answer, name_tab, only_made
from transforms.common.rates import divide_numbers

C, M, V, U = CampaignPerformance, MessageReport, VariantReport, UtmAudit
GOOD, BAD = "good", "bad"
NO_ORDERS = "No order is credited to an ad; the table shows what the platforms report."
MEASURES = {"click": "clicks", "conversion": "orders", "open": "opens"}
"""By what variants are compared: the first that any of them has."""
CERTAIN = 0.05
"""Below this a difference is called no chance."""
MUCH_REJECTED = 0.01
"""Above this share of rejected rows somebody should look."""
FIRST, LAST, ENDS = "first_known", "last_known", "platform_ends"
"""The first and last day of which a campaign's spend is known, and the last of its platform's."""


def answer_of_reports(
    published: SnapshotTables, channels: list[str], week: ReportPeriod
) -> tuple[Answer, ...]:
    """Answer what a marketer asks first, as far as the reports can tell."""
    answers = (
        _best_campaign(published, week),
        _clicked_by_people(published),
        *(_winning_variant(published, channel) for channel in channels),
        _spend_without_sessions(published),
    )
    return only_made(answers)


def answer_of_run(published: SnapshotTables) -> tuple[Answer, ...]:
    """Answer what is asked of the run itself."""
    return only_made((_rejected(published), _completeness(published), _changes(published)))


def _say(question: str, text: str, tab: str, tone: str = "") -> Answer:
    """An answer without a figure that stands in a table."""
    return Answer(question, (plain(text),), tab, tone)


def _best_campaign(published: SnapshotTables, week: ReportPeriod) -> Answer | None:
    if not published.has(CAMPAIGNS):
        return None
    earned = (
        published.scan(CAMPAIGNS)
        .filter(week.condition(), pl.col(C.campaign_id, C.spend).is_not_null())
        .with_columns(pl.col(DAY).max().over(C.org_id, C.platform).alias(ENDS))
        .group_by(CAMPAIGN)
        .agg(
            pl.col(C.campaign_name).max(),
            pl.col(C.spend, C.revenue).sum(),
            pl.col(DAY).min().alias(FIRST),
            pl.col(DAY).max().alias(LAST),
            pl.col(ENDS).max(),
        )
        .filter(pl.col(C.spend) > 0)
        .with_columns(roas=pl.col(C.revenue).cast(pl.Float64) / pl.col(C.spend).cast(pl.Float64))
        .pipe(greatest_first, ["roas"], CAMPAIGN)
        .head(1)
        .collect()
    )
    question = f"Which campaign earned most per unit spent ({week.title.lower()})?"
    if not earned.height:
        return _say(question, "No campaign has any spend.", "ads")
    row = earned.row(0, named=True)
    key = {name: row[name] for name in CAMPAIGN} | replace(
        week, first=row[FIRST], last=row[LAST]
    ).key()
    told = plain(f"(the stats of {row[C.platform]} end on {row[ENDS]})")
    until = () if row[ENDS] == week.last else (told,)
    if not row[C.revenue]:
        return _say(question, NO_ORDERS, "ads")
    return Answer(
        question,
        (
            plain(f"{row[C.campaign_name] or row[C.campaign_id]}:"),
            plain(row["roas"], NUMBER),
            plain("per unit spent,"),
            figure(CAMPAIGNS, key, C.revenue, row[C.revenue]),
            plain("from"),
            figure(CAMPAIGNS, key, C.spend, row[C.spend]),
            *until,
        ),
        "ads",
        GOOD,
    )


def _clicked_by_people(published: SnapshotTables) -> Answer | None:
    table = "email/message_report"
    if not published.has(table):
        return None
    messages = (
        published.scan(table)
        .filter(pl.col(M.unique_clicks) > 0)
        .select(M.org_id, M.message_id, M.message_name, M.unique_clicks, M.human_unique_clicks)
        .pipe(greatest_first, [M.human_unique_clicks], [M.message_id])
        .collect()
    )
    question = "Which e-mails are clicked by people, and not by machines?"
    if not messages.height:
        return _say(question, "No e-mail has a click.", "email")
    best = messages.row(0, named=True)
    key = {M.org_id: best[M.org_id], M.message_id: best[M.message_id]}
    only = messages.filter(pl.col(M.human_unique_clicks) == 0).height
    return Answer(
        question,
        (
            plain(f"{best[M.message_name] or best[M.message_id]}:"),
            figure(table, key, M.human_unique_clicks, best[M.human_unique_clicks]),
            plain("of"),
            figure(table, key, M.unique_clicks, best[M.unique_clicks]),
            plain("clicked sends by people."),
            plain(f"{only} of {messages.height} clicked e-mails by machines alone."),
        ),
        "email",
        GOOD,
    )


def _winning_variant(published: SnapshotTables, channel: str) -> Answer | None:
    table = f"{channel}/variant_report"
    if not published.count(table):
        return None
    question = f"Which variant won, and is it chance ({name_tab(channel)})?"
    found = _find_surest(published, table)
    if found is None:
        return None
    measure, row = found
    key = {name: row[name] for name in published.key(table)}
    difference, p_value = f"{measure}_difference", f"{measure}_p_value"
    gain, is_sure = row[difference] or 0, row[p_value] < CERTAIN
    verb = "beats" if gain > 0 else "loses to" if gain < 0 else "is level with"
    name = row.get(V.message_name) or row[V.message_id]
    chance = "hardly by chance" if is_sure else "which may be chance"
    return Answer(
        question,
        (
            plain(f"{name} {verb} the first variant: {MEASURES[measure]} differ by"),
            figure(table, key, difference, row[difference], RATE),
            plain(f"of delivered, {chance}; p ="),
            figure(table, key, p_value, row[p_value], NUMBER),
        ),
        channel,
        GOOD if gain > 0 and is_sure else "",
    )


def _find_surest(published: SnapshotTables, table: str) -> tuple[str, dict[str, Any]] | None:
    """By what variants are compared, and the variant whose difference is least likely chance."""
    rates = published.scan(table).select(pl.col(f"{one}_rate").max() for one in MEASURES)
    known = rates.collect().row(0, named=True)
    for measure in MEASURES:
        if known[f"{measure}_rate"]:
            rows = (
                published.scan(table)
                .filter(pl.col(f"{measure}_p_value").is_not_null())
                .sort(f"{measure}_p_value", V.dispatch_id, V.message_id)
                .head(1)
                .collect()
            )
            return (measure, rows.row(0, named=True)) if rows.height else None
    return None


def _spend_without_sessions(published: SnapshotTables) -> Answer | None:
    if not published.has(AUDIT):
        return None
    question = "Which ad spend leads to no session, and what mends it?"
    lost = published.scan(AUDIT).filter(pl.col(U.kind) == AuditKind.SPEND_WITHOUT_SESSIONS)
    rows, spend = lost.select(pl.len(), pl.col(U.spend_at_risk).sum()).collect().row(0)
    if not rows:
        return _say(question, "None: every campaign with spend has sessions.", "ads", GOOD)
    ranked = lost.pipe(greatest_first, [U.spend_at_risk], [U.value, *published.key(AUDIT)])
    worst = ranked.head(1).collect().row(0, named=True)
    noun = "campaign or ad" if rows == 1 else "campaigns or ads"
    name = worst[U.value] or worst[U.ad_id] or worst[U.campaign_id]
    key = {name: worst[name] for name in published.key(AUDIT)}
    suggested = published.count(AUDIT, pl.col(U.score).is_not_null())
    hint = (
        f"Ads has {count_of(suggested, 'suggestion')} of aliases."
        if suggested
        else "See the broken links in Ads."
    )
    return Answer(
        question,
        (
            figure(AUDIT, {U.kind: worst[U.kind]}, U.spend_at_risk, spend),
            plain(f"in {rows:,} {noun}; most in {name}:"),
            figure(AUDIT, key, U.spend_at_risk, worst[U.spend_at_risk], MONEY),
            plain(f"\u00b7 {hint}"),
        ),
        "ads",
        BAD,
    )


def _rejected(published: SnapshotTables) -> Answer:
    inputs = published.manifest.inputs
    rejected, read = sum(file.rejected for file in inputs), sum(file.rows_read for file in inputs)
    refused = sum(file.refused is not None for file in inputs)
    share = divide_numbers(rejected, read) or 0.0
    said = f"{rejected:,} of {read:,} rows ({share:.2%}), and {refused} files were refused."
    tone = BAD if refused or share > MUCH_REJECTED else GOOD
    return _say("What was rejected?", said, "run", tone)


def _completeness(published: SnapshotTables) -> Answer | None:
    table = "run/feeds"
    if not published.count(table):
        return None
    feeds = (
        published.scan(table)
        .select(RunFeeds.feed, RunFeeds.table, RunFeeds.last_day, RunFeeds.is_late)
        .unique()
        .collect()
    )
    late = sorted(feeds.filter(pl.col(RunFeeds.is_late))[RunFeeds.feed].unique())
    last = feeds[RunFeeds.last_day].max()
    said = (
        f"No: {', '.join(late)} {'is' if len(late) == 1 else 'are'} late."
        if late
        else f"No feed is late; the newest day of any row of the feeds is {last}."
    )
    spent: Any = feeds.filter(table="ad_stats")[RunFeeds.last_day].max()
    is_behind = spent is not None and spent < last
    if is_behind:
        said += f" What ads cost is known until {spent}."
    tone = BAD if late else "" if is_behind else GOOD
    return _say("Is yesterday complete?", said, "run", tone)


def _changes(published: SnapshotTables) -> Answer | None:
    table = "run/changes"
    if not published.has(table):
        return None
    changed = (
        published.scan(table)
        .select(RunChanges.report, RunChanges.column, DAY, RunChanges.reason)
        .collect()
    )
    question = "What changed since the run before?"
    if not changed.height:
        return _say(question, "No figure of a day that was known already.", "run", GOOD)
    reasons = ", ".join(sorted(changed[RunChanges.reason].drop_nulls().unique())).replace("_", " ")
    said = f"{changed.height:,} figures of {changed[DAY].n_unique()} days ({reasons})."
    return _say(question, said, "run")
