"""Everything in the house that waits for somebody, found where it lies."""
