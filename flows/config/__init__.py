"""A workspace's configuration: campaigns.toml, its source mappings, and what the environment says.

`loading` reads it (`environment`, `source_files`), or says in one sentence what is wrong with it
(`config_problems`, worded by `setting_sentences`). `configured_feeds` gives each feed its mapping
with its own settings put in; `parent_model` asks whether these can give any report. `memory` turns
`[run] memory` into how many rows are looked at at a time.
"""
