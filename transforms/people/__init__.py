"""Journeys, audiences, segments and subscriptions: what is said of people from what they did.

`journeys` tells what happened to each, cut by time (`journey_slices`); `audiences` selects by what
was done and never done; `segment_rules` evaluates a segment's JSON (`rule_comparisons`);
`subscriptions` says who may be written to, with `first_sendings` for most.
"""
