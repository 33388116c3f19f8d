"""What campaigns.toml may say in the nights of a history."""

SETTINGS: dict[str, tuple[str, ...]] = {
    "workspace.timezone": ('"UTC"', '"America/New_York"', '"Asia/Kolkata"'),
    "workspace.currency": ('"USD"', '"EUR"'),
    "workspace.max_rejected_share": ("1",),
    "workspace.channels": ("[]", '["whatsapp"]'),
    "workspace.keep_snapshots": ("30", "2"),
    "events.generic": ("[]", '["store_visit"]'),
    "ads.match": ('"auto"', '"utm_campaign"', '"utm_content"'),
    "ads.mediums": ("[]", '["affiliate"]'),
    "ads.sources": ("{}", '{ news = "google_ads", partner = "my_dsp" }'),
    "ads.aliases": (
        "{}",
        '{ "partner" = { platform = "google_ads", campaign_id = "1" } }',
        '{ "partner" = { platform = "google_ads", campaign_id = "none" } }',
        '{ "ofer" = { platform = "facebook_ads", ad_id = "11" } }',
    ),
    "attribution.lookback_days": ("30", "3"),
    "attribution.lookback_hours": ("{}", "{ email = 24, ads = 48 }"),
    "attribution.half_life_days": ("7", "1"),
    "attribution.touch_opens": ("false", "true"),
    "attribution.touch_events": ("[]", '["store_visit"]'),
    "attribution.models": (
        '["last_touch", "linear"]',
        '["first_touch", "time_decay"]',
        '["last_non_direct", "position_based"]',
    ),
    "identity.backward_days": ("30", "0", "365"),
    "sessions.timeout_minutes": ("30", "5"),
    "sessions.split_at_midnight": ("false", "true"),
    "erasure.aggregates": ('"restate"', '"keep"'),
    "run.memory": ('"2GB"', '"200MB"'),
}
"""Settings that decide figures, and some that do not, with the values that nights see."""
AUDIENCES = ("", '\n[[audiences]]\nname = "clicked"\nperformed = "email_clicked"\n')
OPTIONS: dict[str, tuple[str, ...]] = {
    "ad_stats": ("", 'repeats = "add"\n', 'without = ["conversions", "conversions_value"]\n'),
    "ad_conversions": ("", 'conversions = ["purchase"]\n'),
    "events": ("", 'values = { event_type = { opened = "email_opened" } }\n'),
    "page_views": ("", 'timezone = "Europe/Paris"\n'),
    "orders": ("", 'constants = { currency = "EUR" }\n'),
}
"""What a feed of a table may say beyond its files."""
