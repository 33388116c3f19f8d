"""What every table must look like, and every closed set of words."""
