"""One module a tab of the page, and what only tabs share."""
