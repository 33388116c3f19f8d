"""Canonical sends and events to the reports of the message channels.

`described_messages` finds what the keys of sends and events stand for, `key_files` reads these keys
by groups of buckets. Of each group `send_facts` has every event find its send (`linked_events`),
settles what became of each send, and keeps the sums alone (`fact_files`), to which
`message_reports` adds the names. `restating` brings the sums of the run before up to date.
"""
