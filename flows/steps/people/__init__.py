"""What people did, and the reports and audiences that follow."""
