"""What is counted of sends: in the facts, and in every report that sums them up (SPEC §6.1)."""

from contracts.columns import Count, Table, column


class Counts(Table):
    """Additive counts of sends and of what happened to them."""

    sends: Count = column("sends; queued + sent + delivered + bounced + failed", required=True)
    queued: Count = column("sends whose final status is queued", required=True)
    sent: Count = column("sends whose final status is sent", required=True)
    delivered: Count = column("sends whose final status is delivered", required=True)
    bounced: Count = column("sends whose final status is bounced", required=True)
    failed: Count = column("sends whose final status is failed", required=True)
    hard_bounces: Count = column("bounced sends with a hard bounce", required=True)
    soft_bounces: Count = column("bounced sends with soft bounces only", required=True)
    other_bounces: Count = column("bounced sends of which neither is known", required=True)
    opens: Count = column("opens, machine ones included", required=True)
    unique_opens: Count = column("sends with at least one open", required=True)
    human_unique_opens: Count = column("sends with at least one open not flagged", required=True)
    clicks: Count = column("clicks, scanners' included", required=True)
    unique_clicks: Count = column("sends with at least one click", required=True)
    human_unique_clicks: Count = column("sends with at least one click not flagged", required=True)
    unsubscribes: Count = column("sends with at least one unsubscribe", required=True)
    complaints: Count = column("sends with at least one complaint", required=True)
    replies: Count = column("sends with at least one reply", required=True)
    holdout: Count = column("contacts held out: never sent, in no other count", required=True)
