"""Sessions, and the ads that brought them."""
