"""The closed sets of words of the product (SPEC §4.1, §4.2) and what follows from a word."""

from enum import StrEnum


class Channel(StrEnum):
    """Where a message, an event or a touch happened."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    DIRECT_MAIL = "direct_mail"
    ADS = "ads"
    WEB = "web"


class MessageLevel(StrEnum):
    """How fine a row about messages is."""

    CAMPAIGN = "campaign"
    DISPATCH = "dispatch"
    MESSAGE = "message"


class JourneyKind(StrEnum):
    """What a step of a contact's journey is."""

    EVENT = "event"
    ORDER = "order"
    SEND = "send"
    SESSION = "session"


class LinkEvidence(StrEnum):
    """What shows that a device is a contact's: a row that bears both ids."""

    EVENT = "event"
    ORDER = "order"
    PAGE_VIEW = "page_view"
    SESSION = "session"


class CampaignStatus(StrEnum):
    """The state of a campaign."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    PAUSED = "paused"
    CANCELED = "canceled"


class SendStatus(StrEnum):
    """The state of a send; the last three are final."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"


class Platform(StrEnum):
    """The ad platforms that the product knows; a user may add names of their own."""

    AMAZON_ADS = "amazon_ads"
    APPLE_SEARCH_ADS = "apple_search_ads"
    FACEBOOK_ADS = "facebook_ads"
    GOOGLE_ADS = "google_ads"
    LINKEDIN_ADS = "linkedin_ads"
    MICROSOFT_ADS = "microsoft_ads"
    PINTEREST_ADS = "pinterest_ads"
    REDDIT_ADS = "reddit_ads"
    SNAPCHAT_ADS = "snapchat_ads"
    TIKTOK_ADS = "tiktok_ads"
    TWITTER_ADS = "twitter_ads"


class AdLevel(StrEnum):
    """The finest id that a row of ad stats names."""

    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    AD_GROUP = "ad_group"
    AD = "ad"


class Action(StrEnum):
    """What happened to a send: the part of a standard event type after its channel.

    A source that leaves the channel to the campaign (Skene's `open`) gives the bare action as the
    event type; it takes the channel of its send (SPEC §4.2).
    """

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    DEFERRED = "deferred"
    FAILED = "failed"
    REPLIED = "replied"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


class BounceType(StrEnum):
    """The subtype of a bounce event."""

    HARD = "hard"
    SOFT = "soft"


class DeliveryBasis(StrEnum):
    """How it is known which sends were delivered."""

    RECEIPTS = "receipts"
    ASSUMED = "assumed"
    MIXED = "mixed"


NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
"""What an event type or a platform of the user's own looks like."""

NO_CAMPAIGN = "(none)"
"""The campaign name of messages that name no campaign."""
SEVERAL_CAMPAIGNS = "(several)"
"""The campaign name of a dispatch whose messages are not all of one."""

FINAL_STATUSES = (SendStatus.DELIVERED, SendStatus.BOUNCED, SendStatus.FAILED)

CHANNEL_ACTIONS: dict[Channel, tuple[Action, ...]] = {
    Channel.EMAIL: (
        Action.SENT,
        Action.DELIVERED,
        Action.OPENED,
        Action.CLICKED,
        Action.BOUNCED,
        Action.DROPPED,
        Action.DEFERRED,
        Action.SUBSCRIBED,
        Action.UNSUBSCRIBED,
        Action.COMPLAINED,
    ),
    Channel.SMS: (
        Action.SENT,
        Action.DELIVERED,
        Action.FAILED,
        Action.CLICKED,
        Action.REPLIED,
        Action.SUBSCRIBED,
        Action.UNSUBSCRIBED,
    ),
    Channel.PUSH: (Action.SENT, Action.DELIVERED, Action.OPENED, Action.FAILED),
    Channel.DIRECT_MAIL: (Action.SENT,),
}
"""The standard event types (interactions) of each message channel."""

INTERACTIONS: dict[str, tuple[Channel, Action]] = {
    f"{channel}_{action}": (channel, action)
    for channel, actions in CHANNEL_ACTIONS.items()
    for action in actions
}
"""Standard event type -> its channel and action."""
