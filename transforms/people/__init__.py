"""Who somebody is, what they did, and which audience they stand in."""
