"""What runs note for those after them: how the last one ended, which columns feeds gave."""
