"""What each contact did and what was done to it: whose it was, and what it says.

`identity` finds whose each device was, `linked_rows` gives its rows to that contact. Activities lie
in files with the keys of contacts and messages (`activity_keys`), beside them what every night
looks for (`activity_extracts`); what sorts and joins them takes numbers (`person_numbers`,
`described_activities`).
"""
