"""A published figure down to the raw rows that it comes from (SPEC §11).

`published_run` reads the feeds again, as the run read them, beside the workspace. `answers` is the
table of which class explains the figures of which published table. Each has the facts behind a row
built again by the steps that built them for the reports, from the tables narrowed to what can bear
on that row (`narrowed_tables`), and gives an `Explanation`: a formula, rows whose counts add up to
the figure, the operands of a rate, and rows that do not count, with the reason (`left_out`). `sums`
explains a figure over several rows of a table.
"""
