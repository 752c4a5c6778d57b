"""Behaviour against its own past: one bounded profile for each principal. Pure: time comes in as a value."""
