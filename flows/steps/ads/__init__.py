"""Canonical ad tables to the ads reports.

`ad_facts` is what they are made from. `feed_stats` has the rows of stats, batch of files by batch;
`daily_stats` adds them up by entity and day, each with who speaks for it, so that no spend counts
twice. `day_ranges` cuts the days so that one range at a time need be held, and the reports of
levels (`level_reports`) and of performance (`performance_reports`) are made range by range.
`stats_checks` holds all of it against the accepted rows; `ad_warnings` and `doubtful_stats` say
what a person should look at.
"""
