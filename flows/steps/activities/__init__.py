"""What everybody did, kept in files in the order of time."""
