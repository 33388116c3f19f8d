"""Messages with everything above them: what names are added to reports from."""

from contracts.columns import Count, Day, Flag, Instant, Money, Table, Text, column
from contracts.facts.key_types import Code, Key, Number32


class DescribedMessages(Table):
    """One row per message that an asset describes, a send or event names, or a level implies."""

    message_key: Key = column("key of the message", key=True, required=True)
    implied_key: Key = column(
        "the key of sends that name its campaign alone, where events name it by the campaign's id"
    )
    org_id: Text = column("organization", required=True)
    message_id: Text = column("the message; null where none is named")
    message_name: Text = column("its name; null where nothing describes it")
    variant: Text = column("which variant of a test it is")
    channel: Text = column("its channel", required=True)
    cost: Money = column("what sending it cost, in the reporting currency")
    attributes: Text = column("JSON object of its custom columns")
    is_described: Flag = column("whether an asset describes it or a level implies it")
    dispatch_id: Text = column("its dispatch; its campaign where that has none")
    dispatch_name: Text = column("name of the dispatch")
    type: Text = column("first level of the dispatch's kind")
    subtype: Text = column("second level of the dispatch's kind")
    dispatch_attributes: Text = column("JSON object of the dispatch's custom columns")
    campaign_id: Text = column("its campaign; null where it names none")
    campaign_name: Text = column("name of the campaign; `(none)` where it names none")
    campaign_status: Text = column("state of the campaign")
    names_others: Flag = column("whether sends of it name another campaign than this one")
    campaign_attributes: Text = column("JSON object of the campaign's custom columns")
    window_start: Day = column("first day of the attribution window")
    window_days: Count = column("length of that window in whole days")
    planned_at: Instant = column(
        "when its sends went out that say nothing themselves: the start of its send_date, else "
        "when its dispatch was executed, else when its campaign was sent"
    )


class MessageCodes(Table):
    """One row per message: what its sends take from it, in numbers."""

    message_key: Key = column("key of the message", key=True, required=True)
    channel_code: Code = column("number of its channel", required=True)
    org_code: Number32 = column("number of its organization within the run", required=True)
    planned_at: Instant = column("when its sends went out that say nothing themselves")


class EventChannels(Table):
    """One row per message whose channel nothing but its sends' events tells."""

    message_key: Key = column("key of the message", key=True, required=True)
    channel_code: Code = column("number of the channel", required=True)
