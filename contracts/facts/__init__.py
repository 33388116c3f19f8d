"""The intermediate tables that reports are sums over, by the subject whose steps make them.

A column that ends in `_key` is a 64-bit hash of an organization and an id, one that ends in `_no`
or is called `entity`, `stated` or `link` a number given in the run; both are shorter than the text
that they stand for, which comes back when a report is written. `key_types` has their types.
"""
