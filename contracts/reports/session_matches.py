"""How sessions found their ads, and what is broken between links and ads."""

from enum import StrEnum

from contracts.columns import Count, Day, Flag, Instant, Money, Number, Table, Text, column
from contracts.facts.matching.session_facts import FoundAd


class AuditKind(StrEnum):
    """What is broken between links and ads."""

    SPEND_WITHOUT_SESSIONS = "spend_without_sessions"
    SESSIONS_WITHOUT_AD = "sessions_without_ad"
    NAME_USED_TWICE = "name_used_twice"
    UNKNOWN_SOURCE = "unknown_source"
    UNRESOLVED_MACRO = "unresolved_macro"
    CONTENT_WITHOUT_AD = "content_without_ad"
    ALIAS_TO_NOTHING = "alias_to_nothing"


class MatchedSession(Table):
    """One row per session."""

    org_id: Text = column("organization", key=True)
    session_id: Text = column("the session", key=True, references="sessions.session_id")


class SessionMatches(FoundAd, MatchedSession):
    """One row per session: the ad or campaign that it came from, and why."""

    date_day: Day = column("day of its start in the reporting time zone")
    started_at: Instant = column("its first page view")
    utm_source: Text = column("who sent the visit")
    utm_medium: Text = column("by what kind of link")
    utm_campaign: Text = column("campaign's name or id, as the link writes it")
    utm_content: Text = column("ad's name or id, as the link writes it")
    utm_term: Text = column("keyword")
    landing_page: Text = column("its first page, without query and fragment")
    is_human: Flag = column("false where its user agent is known to be a program's")


class UtmAudit(Table):
    """One row per value or name that is broken between links and ads."""

    org_id: Text = column("organization", key=True)
    kind: Text = column("what is broken", key=True, isin=AuditKind)
    platform: Text = column("ad platform, where known", key=True)
    value: Text = column("the name or utm value that it is about", key=True)
    campaign_id: Text = column("ad campaign whose spend is at risk", key=True)
    ad_id: Text = column("ad whose spend is at risk", key=True)
    parameter: Text = column("utm parameter of the value, or the level of the name", key=True)
    spend_at_risk: Money = column("spend in the reporting currency that cannot be followed")
    sessions_at_risk: Count = column("sessions that cannot be followed", ge=0)
    first_day: Day = column("first day with such a session, or with spend where none is")
    last_day: Day = column("last day with such a session, or with spend where none is")
    landing_page: Text = column("a page that such a session began on, without query and fragment")
    suggested_platform: Text = column("platform of the ad or campaign that may be meant")
    suggested_campaign_id: Text = column("campaign that may be meant")
    suggested_ad_id: Text = column("ad that may be meant")
    suggested_name: Text = column("its name")
    score: Number = column("how alike the names are, 0 to 100")
