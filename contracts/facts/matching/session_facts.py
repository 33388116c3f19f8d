"""The session fact: every session with its channel group and its ad."""

from enum import StrEnum

from contracts.columns import Day, Flag, Instant, Table, Text, column
from contracts.reference.web_sources import ChannelGroup


class MatchLevel(StrEnum):
    """How far down a session is known."""

    AD = "ad"
    CAMPAIGN = "campaign"
    PLATFORM = "platform"
    NONE = "none"


class MatchMethod(StrEnum):
    """The step that found a session's ad, in the order in which they are tried (SPEC §7)."""

    ALIAS = "alias"
    UTM_CONTENT_AD_ID = "utm_content_ad_id"
    UTM_CONTENT_AD_NAME = "utm_content_ad_name"
    UTM_CAMPAIGN_ID = "utm_campaign_id"
    UTM_CAMPAIGN_NAME = "utm_campaign_name"
    PLATFORM = "platform"
    NONE = "none"


OF_ADS = [MatchMethod.UTM_CONTENT_AD_ID, MatchMethod.UTM_CONTENT_AD_NAME]
"""The steps that find ads."""
OF_CAMPAIGNS = [MatchMethod.UTM_CAMPAIGN_ID, MatchMethod.UTM_CAMPAIGN_NAME]
"""The steps that find campaigns."""
BY_ID = [MatchMethod.UTM_CONTENT_AD_ID, MatchMethod.UTM_CAMPAIGN_ID]
"""Those of both that look a value up among ids, not names."""


class MatchStatus(StrEnum):
    """Whether a session has its ad."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"


class AdEvidence(StrEnum):
    """What decides whether a session can have come from an ad: the first that applies (SPEC §7.2).

    `MESSAGE_MEDIUM`, `UNPAID_MEDIUM`, `OTHER_MEDIUM` and `MESSAGE_CAMPAIGN` say no.
    """

    CLICK_ID = "click_id"
    MESSAGE_MEDIUM = "message_medium"
    UNPAID_MEDIUM = "unpaid_medium"
    PLATFORM_SOURCE = "platform_source"
    PAID_MEDIUM = "paid_medium"
    OTHER_MEDIUM = "other_medium"
    MESSAGE_CAMPAIGN = "message_campaign"
    NOTHING_AGAINST = "nothing_against"


AGAINST_ADS = [
    AdEvidence.MESSAGE_MEDIUM,
    AdEvidence.UNPAID_MEDIUM,
    AdEvidence.OTHER_MEDIUM,
    AdEvidence.MESSAGE_CAMPAIGN,
]
"""The evidence by which a session did not come from an ad."""


class SessionBase(Table):
    """One row per session: what is its own, and not that of the link that it came by."""

    org_id: Text = column("organization", key=True)
    session_id: Text = column("the session", key=True)
    started_at: Instant = column("its first page view")
    ended_at: Instant = column("its last page view")
    date_day: Day = column("day of its start in the reporting time zone")
    contact_id: Text = column("who it was, where known", references="contacts.contact_id")
    anonymous_id: Text = column("cookie or device")
    landing_url: Text = column("its first page, with query and fragment")
    landing_page: Text = column("the same without them")
    is_bot: Flag = column("whether its user agent is a program; null where none is known")


class FoundAd(Table):
    """One row per session or link: the one ad or campaign that it came from, and why."""

    platform: Text = column("ad platform, where known")
    campaign_id: Text = column("ad campaign, where known", references="ad_campaigns.campaign_id")
    ad_group_id: Text = column("ad group of its ad", references="ad_groups.ad_group_id")
    ad_id: Text = column("ad, where known", references="ads.ad_id")
    match_level: Text = column("how far down it is known", isin=MatchLevel)
    match_method: Text = column("the step that hit", isin=MatchMethod)
    match_status: Text = column("whether it has its ad", isin=MatchStatus)
    match_reason: Text = column("why, as a sentence")
    candidates: Text = column("the ads or campaigns that nothing separates, where ambiguous")


class SessionFacts(FoundAd, SessionBase):
    """One row per session, with its channel group and the one ad or campaign that it came from."""

    utm_source: Text = column("who sent the visit")
    utm_medium: Text = column("by what kind of link")
    utm_campaign: Text = column("campaign's name or id")
    utm_content: Text = column("ad's name or id")
    utm_term: Text = column("keyword")
    utm_id: Text = column("campaign's id")
    has_macro: Flag = column("whether a utm value is a macro that the platform left unresolved")
    channel_group: Text = column("GA4's default channel group", isin=ChannelGroup)
    account_id: Text = column("ad account of its campaign")
