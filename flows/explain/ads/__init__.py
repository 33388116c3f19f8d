"""Figures of ads, down to the rows of stats and sessions that they come from.

`stats_rows` places every row of stats as the run placed their sums, `visit_rows` finds the sessions
beside them. `level_cells`, `source_cells`, `breakdown_cells` and `audit_cells` know the tables.
"""
