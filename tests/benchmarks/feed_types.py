"""The generated feeds: their columns, with SQL's types."""

STAMP = "TIMESTAMP"
TYPES: dict[str, dict[str, str]] = {
    "contacts": {
        "contact_id": "VARCHAR",
        "email": "VARCHAR",
        "first_name": "VARCHAR",
        "last_name": "VARCHAR",
        "created_at": STAMP,
        "updated_at": STAMP,
    },
    "campaigns": {
        "campaign_id": "VARCHAR",
        "name": "VARCHAR",
        "channel": "VARCHAR",
        "status": "VARCHAR",
        "sent_at": STAMP,
    },
    "dispatches": {
        "dispatch_id": "VARCHAR",
        "name": "VARCHAR",
        "campaign_id": "VARCHAR",
        "channel": "VARCHAR",
    },
    "messages": {
        "message_id": "VARCHAR",
        "name": "VARCHAR",
        "dispatch_id": "VARCHAR",
        "channel": "VARCHAR",
        "variant": "VARCHAR",
        "cost": "DECIMAL(18, 4)",
        "currency": "VARCHAR",
    },
    "sends": {
        "send_id": "VARCHAR",
        "campaign_id": "VARCHAR",
        "message_id": "VARCHAR",
        "contact_id": "VARCHAR",
        "status": "VARCHAR",
        "sent_at": STAMP,
        "delivered_at": STAMP,
        "updated_at": STAMP,
    },
    "events": {
        "event_id": "VARCHAR",
        "event_type": "VARCHAR",
        "subtype": "VARCHAR",
        "occurred_at": STAMP,
        "contact_id": "VARCHAR",
        "send_id": "VARCHAR",
        "message_id": "VARCHAR",
        "url": "VARCHAR",
        "user_agent": "VARCHAR",
    },
}
AD_TYPES: dict[str, dict[str, str]] = {
    "ads": {
        "platform": "VARCHAR",
        "account_id": "VARCHAR",
        "account_name": "VARCHAR",
        "campaign_id": "VARCHAR",
        "campaign_name": "VARCHAR",
        "ad_group_id": "VARCHAR",
        "ad_group_name": "VARCHAR",
        "ad_id": "VARCHAR",
        "ad_name": "VARCHAR",
        "landing_url": "VARCHAR",
        "updated_at": STAMP,
    },
    "ad_stats": {
        "date_day": "DATE",
        "platform": "VARCHAR",
        "account_id": "VARCHAR",
        "campaign_id": "VARCHAR",
        "ad_group_id": "VARCHAR",
        "ad_id": "VARCHAR",
        "clicks": "BIGINT",
        "impressions": "BIGINT",
        "spend": "DECIMAL(18, 4)",
        "conversions": "DECIMAL(18, 4)",
    },
    "sessions": {
        "session_id": "VARCHAR",
        "started_at": STAMP,
        "contact_id": "VARCHAR",
        "anonymous_id": "VARCHAR",
        "page_views": "BIGINT",
        "landing_url": "VARCHAR",
        "utm_source": "VARCHAR",
        "utm_medium": "VARCHAR",
        "utm_campaign": "VARCHAR",
        "utm_content": "VARCHAR",
    },
}


def is_asset(table: str) -> bool:
    """Whether a table is one small file."""
    return table in ("campaigns", "dispatches", "messages")
