"""Snapshots: published whole, read back only as far as they hold, kept for a while.

`publish` moves a staged one in, swaps the pointer and shows the tables under paths that never
change; `recovery` finishes or undoes what a killed run left of that, by its journal.
`published_files` reads the pointer, the journal, a manifest and its files back; `kept_snapshots`
lists the runs and drops the old ones.
"""
