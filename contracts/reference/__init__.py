"""What is known of platforms, web sources and user agents: kept lists of words."""
