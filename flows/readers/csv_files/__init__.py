"""Text tables: a fast reading where it is provably exact, an exact one of everything else.

`csv_header` finds where the data starts. `csv_reader` has stretches of text read by `csv_window`,
which proves that it read them as they are; those of which it cannot go through `csv_records`.
"""
