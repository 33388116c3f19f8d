"""What a run tells of itself: lines, Markdown and tables, and where Prefect shows them."""
