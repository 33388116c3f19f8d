"""What keeps a workspace sound: verification, and erasing a person."""
