"""What each contact did and what was done to it: whose it was, and what it says."""
