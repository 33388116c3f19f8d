"""What a night need not compute again: results kept under the hash of all that decides them.

A run keeps intermediate results in folders of their own (`kept_steps`, `kept_folders`); tables of
reports lie in the snapshot before, from which they are linked (`kept_reports`, by the `run_records`
of the runs). `identities` tells what decides a result; one that may not be needed is `Deferred`.

Steps that questions run as well, such as `explain`, take a `Keeper`: that of a run keeps what they
write, that of a question has it written into scratch (`keepers`). Either has it written by workers.
"""
