"""Which raw rows a figure of a report comes from, by the rules that made the figure."""
