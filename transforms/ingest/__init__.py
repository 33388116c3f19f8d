"""Raw rows to typed rows of a canonical table, and which of them count.

Of one file: `column_mapping` says how its columns become ours (`expressions`), `parsing` reads
cells, `row_parsing` makes typed rows (`row_ids`, `row_completion`, `attributes`, `periods`), and
`validation` says why a row is rejected; `setting_hints` what would help. Of several files:
`deduplication` says which version of a row counts, `restatements` and `renamed_figures` what later
files say of ad figures anew.
"""
