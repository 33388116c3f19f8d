"""What makes the sample workspaces: one module a workspace, all from fixed seeds."""
