"""Figures of orders, down to their rows and those of the touches before them.

`order_rows` and `touch_rows` find these; `credit_cells`, `path_cells` and `lift_cells` know the
tables.
"""
