"""Prefect's server and defaults, the allocator, and where frames are collected."""
