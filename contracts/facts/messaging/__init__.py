"""What reports on messages are sums over."""
