"""JSON Lines and arrays of JSON objects."""
