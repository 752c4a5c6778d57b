"""Clause states and reports; none yet."""
