"""Sessions, and the ads that brought them.

Many sessions share few traffic sources: what their link, its utm values and their referrer say. So
`session_matching` matches sources and not sessions. It describes each, selects the ads and
campaigns that any of its values may mean, and finds the sources that mean another ad on another
day. What is looked up are *cases*: distinct sets of values, by the day where it matters. A *link*
is a source, on a day where it matters, with the answer of its case; each session has the number of
its link. `sessions` finds the sessions, delivered or made of page views, and `session_reports`
writes what they and their links tell.
"""
