"""The migrations, run by ``store.migrate``."""
