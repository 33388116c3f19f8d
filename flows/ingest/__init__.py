"""Raw files to canonical parts in the ledger, and what the ledger holds."""
