"""Links, traffic sources and sessions.

`utm` reads links, `platforms` and `channel_groups` say what brought them; `traffic_sources` are the
few distinct links behind many sessions, which `sessionization` makes of page views.
"""
