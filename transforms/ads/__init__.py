"""Ad names valid in time, daily stats, and the sessions beside them."""
