"""What a night need not compute again: results kept under the hash of all that decides them.

`kept_steps` is what a run takes over and keeps (`run.kept`): intermediate results lie in folders of
their own (`kept_folders`), tables of reports in the snapshot before, from which they are linked
(`kept_reports`). `identities` tells what decides a result; one that may not be needed is
`Deferred`.

Steps that questions run as well, such as `explain`, take a `Keeper`: that of a run keeps what they
write, that of a question has it written into scratch (`keepers`). A step that brings an earlier
result up to date notes from which rows it was made (`recorded_files`). `recalled_rows` and
`kept_texts` keep for `catalog` and `page`, which know nothing of runs.
"""
