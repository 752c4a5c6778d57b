"""Readers of outside directories and app stores; none yet."""
