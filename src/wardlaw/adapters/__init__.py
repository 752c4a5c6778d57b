"""Bindings to outside services; none yet."""
