"""What campaigns.toml and a source mapping may say, as pydantic models.

`workspace` is the configuration with its sections (`feed_section` for `[[feeds]]`),
`source_mapping` the grammar of contracts/sources, `cell_forms` what both say of how cells are
written. `setting_types` are types with the sentence that
answers a wrong value, `nearest_names` says what was probably meant, and `settings` lists all of
them for the data dictionary.
"""
