"""Fakes for tests. Nothing of the product imports this room."""
