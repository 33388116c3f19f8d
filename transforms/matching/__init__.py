"""Sessions to the ads that brought them."""
