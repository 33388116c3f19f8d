"""The page of a snapshot: one self-contained file, drawn from the published tables alone.

`report_page` has each tab built (`tabs`) out of headlines, charts and tables (`views`), from what
`snapshot_tables` reads of the tables, by the period that a reader chooses (`report_periods`,
`day_sums`); `glance` answers what is asked every day. A figure that stands in a table bears its
cell (`figures`), a row opens into finer ones (`drill_down`), and what stands in no table is listed
by `list_values`. `writing` makes HTML of it, in pieces of which the last rows are left out where
the page would grow too large (`pieces`). A tab is kept as a text as long as the tables that it
shows stay what they are.
"""
