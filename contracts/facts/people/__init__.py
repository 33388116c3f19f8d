"""What people did, in the forms in which it is kept and joined."""
