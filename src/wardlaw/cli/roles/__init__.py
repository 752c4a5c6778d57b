"""The background processes; each module is imported only in its own process."""
