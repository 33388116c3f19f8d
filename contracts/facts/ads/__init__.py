"""What reports on ads are sums over."""
