"""The steps of a run: each makes tables from the tables before it.

In their order: `reading` has raw files read into the canonical tables. `run_facts` lists the facts
that reports are made from, each computed when a report first asks for it: in `messaging`,
`matching`, `ads`, `activities` and `attribution`. `write_reports` has every group of tables
written, or linked where nothing that decides it has changed. `standing_tables` keeps tables whose
feeds are empty now, and `run_tables` tells of the run itself, by what `snapshot_changes` finds.
`maintenance` is not part of a run: it verifies, erases and has rows read anew.

The words of a run:

* An **attempt** is one try to publish a workspace; with its feeds read it is a **run** (`attempt`).
* What a step is given (`step_inputs.StepInputs`) is all that it may read, and so all that decides
  what it makes: the tables and settings that `Run.give` cuts out for it.
* A **fact** is an intermediate table that reports are sums over, with a contract in
  contracts/facts. A **batch** is some neighbouring files of a table (`catalog.file_batches`), a
  **piece** what is kept of one, a **group** the sends or people of some buckets of keys.
* To **restate** is to bring a result of the run before up to date by the rows that changed.
"""
