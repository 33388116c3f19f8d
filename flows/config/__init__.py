"""Reading a workspace's configuration."""
