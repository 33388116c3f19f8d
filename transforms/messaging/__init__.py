"""Sends and events to send facts and their sums.

`send_keys` takes the key columns of sends and events; `send_linking` finds the send of an event
that names none, `event_assignment` the unit that an event counts for: a send in a channel.
`bot_detection` and `hasty_clicks` tell machines. `send_facts` says what became of each send,
`delivery_basis` which deliveries must be assumed. Sums by message and day, contact, domain and
segment (`daily_sums`, `contact_sums`, `domain_sums`, `segment_sums`) add up over any split of the
sends (`additive_sums`). `messages` has what keys stand for; `restated_names` what of it changed.

A **basis** is an organization, a feed and a channel: by it is known whether a feed says which sends
were delivered.
"""
