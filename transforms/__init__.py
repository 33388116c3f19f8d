"""Pure functions from lazy frames to lazy frames: no paths, no clocks, nothing collected.

`ingest` makes canonical rows of raw ones. `messaging`, `web`, `matching`, `ads`, `activities`,
`people` and `attribution` make facts of canonical tables, each the facts of its subject; `reports`
adds facts up to report tables. `explain` tells which raw row carries what a figure counts.
`flows/steps` calls all of these, in the order of a run.

`Rows[SendFacts]` in a signature is a lazy frame with the columns of that contract, in no order if
nothing else is said; a parameter that its name and type explain is not described again.
"""
