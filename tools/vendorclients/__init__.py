"""Vendors' own clients, in a folder for the tests: exact versions, every hash checked."""
