"""Raw files to canonical parts, rejected rows and key columns, put into the ledger.

`raw_reading` has every file read that the ledger does not have, and `file_states` proves that what
was read is what was hashed. `file_ingest` reads one file, which `refused_headers` may refuse for
its columns; `table_writer` is what each of its tables gets: parts (`part_files`), rejected rows,
counts of what may be misread (`doubtful_cells`), and the key columns of sends and events in buckets
(`send_key_files`).
"""
