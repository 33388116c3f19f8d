"""What a night need not compute again: results kept under the hash of all that decides them.

A run keeps intermediate results in folders of their own (`kept_steps`, `kept_folders`); tables of
reports lie in the snapshot before, from which they are linked (`kept_reports`, by the `run_records`
of the runs). Steps that questions run as well, such as `explain`, take a `Keeper`: that of a run
keeps what they write, that of a question has it written into scratch (`keepers`).

The words:

* The **identity** of a thing is a hash that differs wherever a result made from it could differ
  (`identities`); the **key** of a result is the hash of all that decides it: the code and its
  libraries, the step's name, and the identities of its inputs.
* A **step** has the files of a result written where no run before did, each into a **draft** that
  gets its name when it is whole, by the keeper's workers; a **receipt** lists and seals them.
* A result of which only the identity may be needed is **deferred**.
"""
