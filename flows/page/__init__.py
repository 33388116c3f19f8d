"""The page of a snapshot: one self-contained file, drawn from the published tables alone.

`report_page` has each tab built (`tabs`) out of headlines, charts and tables (`views`), from what
`snapshot_tables` reads of the tables. `writing` makes HTML of it, in pieces of which the last rows
are left out where the page would grow too large (`pieces`). A tab is kept as a text as long as the
tables that it shows stay what they are.
"""
