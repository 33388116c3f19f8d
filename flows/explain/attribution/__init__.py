"""Figures of orders, down to their rows and those of the touches before them."""
