"""Raw files to canonical parts, rejected rows and key columns, put into the ledger."""
