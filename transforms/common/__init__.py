"""What every subject uses.

`keys` turns ids into 64-bit keys, `key_places` finds them in a held frame, and `joins` says how
rows of files are joined. `calendar` has reporting days, `currency` amounts in one currency,
`rates` divides sums and `proportions` compares them. `shared_texts` keeps texts once that many
rows share, `report_rows` writes them out when a report is written.
"""
