"""Where things lie in a workspace, and how they are written safely.

`layout` has every path of a workspace, `workspace_files` the primitives that everything is written
with, and `lock` lets one run in at a time. What is read back
is believed only as far as it holds: a record by its own hash (`sealed_files`), a folder by a list
of its files (`sealed_folders`), a snapshot by its manifest and by `checksums`, which are kept apart
from it.

`report_files` writes report tables, each held against its contract (`table_checks`); `snapshots`
publishes them; `erasing` takes people out of them; `export_files` shows them to other programs.
`raw_files` reads raw files, wherever they are; `run_notes` is what a run leaves for the next.
"""
