"""What every table must look like, and every closed set of words.

`feeds` has the canonical tables, `facts` the intermediate ones, `reports` what is published: one
Pandera class a table, to whose attributes all code refers for its columns (`columns` says how one
is stated, `dictionary` prints them). `config` says what campaigns.toml may hold, and `sources` how
vendors' files become canonical tables. `manifest` is what a run says of itself, `warnings` what it
warns of, `quarantine` what it rejects. Words are in `vocabulary` and `channels`, kept lists of the
world's in `reference`.
"""
