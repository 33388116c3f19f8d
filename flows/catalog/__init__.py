"""Which files were read, which of their rows count, and the canonical tables that they make.

`feed_files` lists the files of the feeds, the `ledger` has what reading each gave, and
`read_files` brings them into the order in which they count. `row_status` judges their rows
together: of rows with one key the latest counts, and of ad figures what the last file says
(`restated_files`). `canonical_tables.Catalog` gives what is left: as one table, file by file
(`row_files`), or in batches that stay what they are from night to night (`file_batches`). What was
found in files is kept under them (`recalled_rows`); a step that brings an earlier result up to date
notes from which rows it was made. `exchange_rates` rejects amounts without a rate,
`quarantine_files` shows what is rejected, `repeat_warnings` tells of figures given twice, and
`feed_contents` says what the feeds can give.
"""
