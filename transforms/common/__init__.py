"""Keys, days, rates, currencies and joins, as every subject uses them."""
