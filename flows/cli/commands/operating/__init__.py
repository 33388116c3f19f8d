"""Commands of who operates a workspace: serving, watching, verifying, erasing."""
