"""The intermediates of matching: from the traffic sources of sessions to the ad behind each link.

Each is the outcome of one step of flows/steps/matching/session_matching.py, in its order.
"""

from contracts.columns import Count, Day, Flag, Hash, Serial, Table, Text, column
from contracts.facts.ads.ad_names import NAMED_LEVELS, AdNames
from contracts.facts.matching.session_facts import (
    AdEvidence,
    FoundAd,
    MatchLevel,
    MatchMethod,
    MatchStatus,
)
from contracts.reference.web_sources import ChannelGroup

PLATFORM_BY = ["source", "click_id"]


class TrafficSources(Table):
    """One row per traffic source: a distinct set of what a link, its session and referrer say."""

    traffic_source: Hash = column("a hash of the traffic source", key=True, required=True)
    traffic_source_check: Hash = column(
        "a second hash, so that no two traffic sources share both", key=True, required=True
    )
    org_id: Text = column("organization")
    utm_source: Text = column("who sent the visit, as the link writes it")
    utm_medium: Text = column("by what kind of link")
    utm_campaign: Text = column("campaign's name or id")
    utm_content: Text = column("ad's name or id")
    utm_term: Text = column("keyword")
    utm_id: Text = column("campaign's id")
    click_id: Text = column("name of the click id that the link carries")
    click_platform: Text = column("platform of its click ids; empty where they are of several")
    referrer_host: Text = column("site of the referrer, where it is another than the session's own")


class SourceDays(Table):
    """One row per traffic source and day of a part of the sessions."""

    traffic_source: Hash = column("a hash of the traffic source", key=True, required=True)
    traffic_source_check: Hash = column("the second hash", key=True, required=True)
    date_day: Day = column("day of their start in the reporting time zone", key=True)
    session_count: Count = column("sessions that came by it")
    landing_page: Text = column("a page that they began on: of several the one that sorts first")


class SessionVisits(Table):
    """One row per session whose traffic source says anything."""

    traffic_source: Hash = column("a hash of the traffic source", required=True)
    traffic_source_check: Hash = column("the second hash", required=True)
    date_day: Day = column("day of its start in the reporting time zone")
    contact_key: Hash = column("a hash of the contact; empty where unknown")


class MessageNameKeys(Table):
    """One row per name or id of a campaign, dispatch or message of the message channels."""

    org_id: Text = column("organization", key=True)
    name_key: Text = column("what two spellings of the name have in common", key=True)


class LinkValues(Table):
    """One row per set of values that may name an ad or a campaign; empty for unresolved macros."""

    org_id: Text = column("organization")
    link_platform: Text = column("platform that utm_source or a click id gives")
    may_be_ad: Flag = column("whether the link can be an ad's")
    id_value: Text = column("utm_id")
    campaign_value: Text = column("utm_campaign")
    content_value: Text = column("utm_content")
    id_key: Text = column("utm_id, made comparable with names")
    campaign_key: Text = column("utm_campaign, made comparable with names")
    content_key: Text = column("utm_content, made comparable with names")


class DescribedSources(TrafficSources, LinkValues):
    """One row per traffic source, with its platform, channel group and values to look up."""

    platform_by: Text = column("what gives the platform", isin=PLATFORM_BY)
    ad_evidence: Text = column("what decides whether the link can be an ad's", isin=AdEvidence)
    channel_group: Text = column("GA4's default channel group", isin=ChannelGroup)
    has_macro: Flag = column("whether a utm value is a macro that was never resolved")


class AdCandidates(AdNames):
    """One row per name, and its days, of an ad or campaign that some traffic source may mean."""

    entity_id: Text = column("id of the ad, or of the campaign")
    entity_key: Text = column("what two spellings of that id have in common")
    sharers: Count = column("how many ads, or campaigns, of the platform ever had the name")


class DatedSources(DescribedSources):
    """One row per traffic source, with whether its ad depends on the day."""

    is_dated: Flag = column(
        "whether a value is an alias, an id or name that ever changed, or a shared name"
    )


class MatchLookups(DatedSources):
    """One row per traffic source and day on which sessions came by it."""

    day: Day = column("the sessions' day; empty where it does not matter", key=True)


class MatchCases(LinkValues):
    """One row per distinct set of values and day: what is looked up once."""

    day: Day = column("the sessions' day; empty where it does not matter")


class CampaignHits(AdCandidates):
    """One row per campaign that the utm_id or utm_campaign of a case may mean, best kind only."""

    link_platform: Text = column("platform that utm_source or a click id gives")
    day: Day = column("the sessions' day; empty where it does not matter")
    id_value: Text = column("utm_id")
    campaign_value: Text = column("utm_campaign")
    id_key: Text = column("utm_id, made comparable with names")
    campaign_key: Text = column("utm_campaign, made comparable with names")
    is_former: Flag = column("whether the name or parent is that of other days")
    match_method: Text = column("how the campaign was found", isin=MatchMethod)
    parameter: Text = column("utm parameter that names it")


class CaseAnswers(MatchCases):
    """One row per case for which a step found an ad, a campaign, or several that nothing separates.

    Ids are filled down to the level on which all that were found agree.
    """

    platform: Text = column("ad platform")
    account_id: Text = column("ad account")
    campaign_id: Text = column("ad campaign")
    ad_group_id: Text = column("ad group")
    ad_id: Text = column("ad")
    match_level: Text = column("how far down it is known", isin=MatchLevel)
    match_method: Text = column("the step that hit", isin=MatchMethod)
    match_status: Text = column("whether it is one ad or campaign", isin=MatchStatus)
    parameter: Text = column("utm parameter that names it")
    is_former: Flag = column("whether only a name of other days names it")
    candidate_count: Count = column("how many ads or campaigns were found")
    candidates: Text = column("the first of them, where they are several")
    unknown_target: Text = column("what an alias leads to, where no feed knows it")


class SessionLinks(FoundAd):
    """One row per link: a traffic source, by day where the day matters, and the ad behind it."""

    link: Serial = column("its number, within one run", key=True, required=True)
    traffic_source: Hash = column("a hash of its traffic source", required=True)
    traffic_source_check: Hash = column("the second hash", required=True)
    day: Day = column("the sessions' day; empty where it does not matter")
    org_id: Text = column("organization")
    utm_source: Text = column("who sent the visit, as the link writes it")
    utm_medium: Text = column("by what kind of link")
    utm_campaign: Text = column("campaign's name or id")
    utm_content: Text = column("ad's name or id")
    utm_term: Text = column("keyword")
    utm_id: Text = column("campaign's id")
    has_macro: Flag = column("whether a utm value is a macro that was never resolved")
    channel_group: Text = column("GA4's default channel group", isin=ChannelGroup)
    account_id: Text = column("ad account of its campaign")
    ad_evidence: Text = column("what decides whether the link can be an ad's", isin=AdEvidence)
    parameter: Text = column("utm parameter by which its ad or campaign was found")
    unknown_target: Text = column("what an alias leads to, where no feed knows it")


class AuditedLinks(SessionLinks):
    """One row per link: its sessions, and where it leads if something may be broken about it."""

    session_count: Count = column("sessions that came by it")
    first_day: Day = column("day of the first of them")
    last_day: Day = column("day of the last of them")
    landing_page: Text = column("a page that it leads to, without query and fragment")


class NamesUsedTwice(Table):
    """One row per name that several campaigns, or ads of a campaign, bear at the same time.

    Or that left sessions ambiguous, under the campaign or platform on which its candidates agree.
    """

    org_id: Text = column("organization", key=True)
    platform: Text = column("ad platform", key=True)
    campaign_id: Text = column("the ad campaign of the ads that bear it", key=True)
    parameter: Text = column("what bears it", key=True, isin=NAMED_LEVELS)
    name_key: Text = column("what two spellings of it have in common", key=True)
    value: Text = column("the name")
    sessions_at_risk: Count = column("ambiguous sessions; empty for none")
    first_day: Day = column("day of the first of them")
    last_day: Day = column("day of the last of them")
    landing_page: Text = column("a page that they began on")
