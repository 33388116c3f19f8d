"""Orders, the touches before them, and the credit of each."""
