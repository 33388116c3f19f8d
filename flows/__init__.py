"""Raw files in, a published snapshot out: the only package that knows Prefect, paths and clocks.

The way of a row through a run, whose table of contents is `campaign_reports.py`:

* **Raw file.** `config` says which files are feeds and how each is read. `steps/reading` hands each
  file to `ingest`, which opens it with `readers`, has `transforms.ingest` parse its rows and hold
  them against the contract of their table, and puts what comes of it into the ledger: canonical
  parts, rejected rows, and the key columns that facts are built from. A file is read once; the
  ledger finds it by its content and by all that decides how it is read.
* **Canonical tables.** `catalog` orders the files and judges all of their rows together: copies,
  earlier versions and figures said anew do not count. `Catalog.scan("events")` is what is left.
* **Facts.** `steps/run_facts.py` lists them, each with all that decides it: what became of each
  send (`steps/messaging`), each session with its ad and what platforms report by the day
  (`steps/matching`, `steps/ads`), what every person did (`steps/activities`), the touches that each
  order is credited to (`steps/attribution`). Each is computed where a report first asks for it,
  by a step that is given no more than what may decide it (`steps/step_inputs.py`).
* **Reports.** `steps/write_reports.py` has every group of tables added up from the facts by
  `transforms.reports` and its like; `storage/report_files.py` writes each table and checks it.
  `report_tables.py` is the list of all tables, each with its contract and what makes it exist.
* **Snapshot.** `steps/run_tables.py` adds what changed, `descriptions` and `page` show tables to
  others, and `storage/snapshots/publish.py` moves all of it in at once and swaps the pointer.

Three packages serve all of these. `kept` takes a result over from an earlier run where nothing that
decides it has changed, so that a night costs what is new. `cluster` carries out tasks, in this
process or on Dask. `remote` shows a workspace in an object store as a folder.

`cli` asks for runs and reads what they published, `explain` follows a figure back to raw rows,
`announcements` tells Prefect how a run went, and `runtime` starts Prefect's server.

Everywhere, root is the folder of a workspace, staging the snapshot that is being written, and
published the tables of one that is.
"""
