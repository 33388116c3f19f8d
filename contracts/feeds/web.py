"""Web behaviour: page views, and the sessions that they make."""

from typing import ClassVar

from contracts.columns import Count, Instant, Text, column
from contracts.feeds.base import ANY_OF, ATTRIBUTES, Feed


class PageViews(Feed):
    """One row per page view."""

    page_view_id: Text = column(
        "the page view; derived from the row where a feed has none", key=True
    )
    viewed_at: Instant = column("when the page was viewed", required=True)
    anonymous_id: Text = column("cookie or device")
    contact_id: Text = column("who viewed it, where known", references="contacts.contact_id")
    url: Text = column("the page, with its query and fragment", required=True)
    referrer: Text = column("the page before")
    user_agent: Text = column("the browser, as it named itself")
    attributes: Text = column(ATTRIBUTES)

    class Config:
        """A row names at least one of these."""

        metadata: ClassVar = {ANY_OF: ("anonymous_id", "contact_id")}


class Sessions(Feed):
    """One row per session: the visit of one person or device."""

    session_id: Text = column("the session", key=True, required=True)
    started_at: Instant = column("its first page view", required=True)
    ended_at: Instant = column("its last page view")
    contact_id: Text = column("who it was, where known", references="contacts.contact_id")
    anonymous_id: Text = column("cookie or device")
    page_views: Count = column("pages viewed", ge=0)
    landing_url: Text = column("its first page, with query and fragment")
    referrer: Text = column("the page before the first")
    utm_source: Text = column("who sent the visit")
    utm_medium: Text = column("by what kind of link")
    utm_campaign: Text = column("campaign's name or id")
    utm_content: Text = column("ad's name or id")
    utm_term: Text = column("keyword")
    utm_id: Text = column("campaign's id")
    gclid: Text = column("Google's click id")
    fbclid: Text = column("Meta's click id")
    msclkid: Text = column("Microsoft's click id")
    ttclid: Text = column("TikTok's click id")
    attributes: Text = column(ATTRIBUTES)
