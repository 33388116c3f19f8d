"""Which files were read, which of their rows count, and the canonical tables that they make."""
