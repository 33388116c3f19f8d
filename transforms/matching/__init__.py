"""Sessions to the ads that brought them; `flows/steps/matching` says in which order.

`candidates` says what a link may mean, `steps` which of it is meant, by `lookup` among the ids and
names of ads, `reasons` why. `match_sessions` joins these once per distinct link. `utm_audit` and
its like say what is broken between links and ads.
"""
