"""Ad names valid in time, daily stats, and the sessions beside them.

`stated_entities` reads once what many rows repeat, `name_versions` and `name_lookup` give it the
names of its day. `daily_stats` adds rows up by **entity** (an account, campaign, ad group or ad,
numbered by `entities`) and day; `conversions` adds those that a platform gives apart.

`speakers` says who speaks for an entity on a day, and so to which `levels` a row adds; `rests` has
what a finer level lacks of the coarser one. `report_groups`, `performance_sums` and
`session_counts` add up what reports show.
"""
