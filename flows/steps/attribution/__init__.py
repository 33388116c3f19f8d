"""Orders credited to the touches that led to them, and what is reported of that.

`credited_orders` takes some groups of people at a time: it finds what may have led them anywhere
(touches), where their paths end (at an order, or today without one), which touches lie on which
path, and the share of each in its order under every model. The rows and sums of the groups lie in
files (`credit_files`), from which `attribution_reports` writes the tables. What messages and ads
cost stands beside them (`attribution_reports`).
"""
