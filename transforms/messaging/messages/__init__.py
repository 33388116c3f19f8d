"""What messages there are: those that feeds describe, that rows name, and that a level implies."""
