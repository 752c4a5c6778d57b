"""Fakes for tests. Of the product the demo alone imports this room, for its company."""
