"""Raw files to canonical tables, and what is wrong or late with them."""
