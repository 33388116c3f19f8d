"""Text cells to the types of contracts."""
