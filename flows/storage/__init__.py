"""Where things lie in a workspace, and how they are written safely."""
