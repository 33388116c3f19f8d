"""A published figure down to the raw rows that it comes from (SPEC §11).

`published_run` reads the feeds again, as the run read them, beside the workspace. A figure is a
**cell** (`cells`); `answers` is the table of which class explains the cells of which published
table, by subject: `messaging`, `ads`, `attribution`, `people`, and `run_cells`. Each has the facts
behind a row built again by the steps that built them for the reports, from the tables narrowed to
what can bear on that row (`narrowed_tables`), and gives an `explanation`: a formula, rows whose
counts add up to the figure, the operands of a rate, and rows that do not count, with the reason
(`left_out`). `sums` explains a figure over several rows of a table.
"""
