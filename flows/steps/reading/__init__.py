"""Raw files to canonical tables, and what is wrong or late with them.

`read_feeds` is the whole of it: it has the files read, their rows judged together, and amounts
without a rate rejected. What a person should look at is found by `feed_guards` (late or fewer than
usual), `feed_warnings`, `doubt_warnings`, `foreign_signs`, `lost_columns` and `rate_warnings`;
`refusals` and `asked_names` say what forbids publishing. `check_feeds` is what
`check` sees; `feed_proposals` and `feed_candidates` are what `init` says of a file.
"""
