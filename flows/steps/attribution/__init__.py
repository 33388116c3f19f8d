"""Orders credited to the touches that led to them, and what is reported of that."""
