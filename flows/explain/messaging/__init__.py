"""Figures about sends and messages, down to rows of sends and events.

Which sends a row of a report is about is its scope (`send_scopes`). `scoped_facts` builds their
facts at their finest, every row of a feed that is of a send (`unit_facts`), of all sends or of the
row's alone (`narrowed_keys`). From these `send_figures` explains a count, a rate, a cost or orders,
whichever report they stand in; what does not count is listed by `message_exclusions` and
`missed_orders`. `message_cells`, `variant_cells` and `provider_cells` know the tables.
"""
