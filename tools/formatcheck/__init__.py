"""Checkers that others made of formats we write, in a folder for the tests: exact versions, every hash checked."""
