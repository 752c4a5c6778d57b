"""For each clause and system: whether a live control enforces it today, and by what that is known."""
