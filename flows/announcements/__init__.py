"""What a run tells of itself, and where Prefect shows it.

`run_summary` has the figures, `summary_lines` and `summary_markdown` put them into words.
`announce` tells Prefect: log lines, artifacts (`progress_artifacts`), events, and an asset for each
table with the feeds that it comes from (`asset_lineage`).
"""
