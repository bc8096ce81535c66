"""Long tables, a row for each spike: whatever file they come from, how they become recordings."""
