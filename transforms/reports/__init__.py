"""Facts to report tables: a builder each, which flows/report_tables.py names with its contract.

Rates are divided last, from sums (`common.rates`); names are added to what is added up by key.
"""
