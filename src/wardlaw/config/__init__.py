"""``wardlaw.yaml``: its shape, how it is read, and what it may not say."""
