"""Grants and non-human identities; none yet."""
