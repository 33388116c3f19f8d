"""What every table must look like, and every closed set of words.

`feeds` has the canonical tables, `facts` the intermediate ones, `reports` what is published: one
Pandera class a table, to whose attributes all code refers for its columns. `config` says what
campaigns.toml may hold, and `sources` how vendors' files become canonical tables.
"""
