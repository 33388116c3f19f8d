"""The intermediate tables that reports are sums over."""
