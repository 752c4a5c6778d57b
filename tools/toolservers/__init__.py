"""Servers of tools that others made, in a folder for the tests: exact versions, every hash checked."""
