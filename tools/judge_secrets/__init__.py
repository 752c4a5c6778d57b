"""Invented credentials and their lookalikes, to judge what the generic part of the secret detector finds."""
