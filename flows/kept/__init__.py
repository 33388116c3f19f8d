"""What a night need not compute again: results kept under the hash of all that decides them."""
