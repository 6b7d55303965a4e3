"""What coaches ask for: a climb measured, shown on a page, and set beside another."""
