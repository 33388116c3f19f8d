"""Events: whatever a contact did, or happened to a send."""

from contracts.columns import Flag, Instant, Text, column
from contracts.feeds.base import ATTRIBUTES, IDENTIFYING_EMAIL, Feed
from contracts.vocabulary import NAME_PATTERN


class Events(Feed):
    """One row per event; derived from the row's content, `event_id` counts exact copies once."""

    event_id: Text = column("the event; derived from the row where a feed has none", key=True)
    event_type: Text = column(
        "a standard type (`email_opened`), a bare action (`opened`: the channel is its send's) "
        "or a generic event's name",
        required=True,
        str_matches=NAME_PATTERN,
    )
    subtype: Text = column("refinement of the type: hard or soft for bounces")
    occurred_at: Instant = column("when it happened", required=True)
    contact_id: Text = column("who did it", references="contacts.contact_id")
    email: Text = column(IDENTIFYING_EMAIL)
    anonymous_id: Text = column("cookie or device, where the person was not known")
    send_id: Text = column("the send that it belongs to", references="sends.send_id")
    message_id: Text = column("the message that it belongs to", references="messages.message_id")
    url: Text = column("the link that was clicked")
    user_agent: Text = column("what opened or clicked, as it named itself")
    is_machine: Flag = column("the provider's own flag of an open or click made by a machine")
    attributes: Text = column(ATTRIBUTES)


class EventTypes(Feed):
    """One row per event type of a provider that names types by ids: what the id means."""

    event_type_id: Text = column(
        "the provider's id, as its events give it", key=True, required=True
    )
    event_type: Text = column(
        "a standard type or a generic event's name", required=True, str_matches=NAME_PATTERN
    )
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)
