"""What people did, and the reports and audiences that follow.

`people_reports` writes the group: journeys some time at a time (`journey_slices`, `journeys`),
contacts, who may be written to (`subscriptions`) and the audiences that are configured. `segments`
compares rules with lists.
"""
